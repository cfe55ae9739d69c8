#include "openblas.h"

#include <dlfcn.h>
#include <stdio.h>

// As distributions name the build with threads of its own, then any other; where they are looked for
// is the loader's matter, but for Homebrew, which keeps them to itself.
static const char *const names[] = {
#ifdef __APPLE__
    "/opt/homebrew/opt/openblas/lib/libopenblas.dylib",
    "/usr/local/opt/openblas/lib/libopenblas.dylib",
    "libopenblas.dylib",
#else
    "libopenblas.so.0",
    "libopenblasp.so.0",
    "libopenblas.so",
#endif
};
enum { name_count = sizeof(names) / sizeof(names[0]) };

static void tell(char *reason, long room) {
  const char *text = dlerror();
  snprintf(reason, (size_t)room, "%s", text ? text : "the reason is not known");
}

static void *find(void *library, const char *name, char *reason, long room) {
  void *function = dlsym(library, name);
  if (!function) tell(reason, room);
  return function;
}

int mercer_load_blas(mercer_blas *table, char *reason, long room) {
  // Its own threads wait by spinning, and what they do depends on their number.
  int is_ours = 1;
  void *library = NULL;
  for (int i = 0; i < name_count && !library; i++) {
    library = dlopen(names[i], RTLD_LAZY | RTLD_NOLOAD);
    is_ours = !library;
  }
  for (int i = 0; i < name_count && !library; i++) {
    library = dlopen(names[i], RTLD_LAZY | RTLD_LOCAL);
    // Of the first name, which is the usual one.
    if (!library && i == 0) tell(reason, room);
  }
  if (!library) return 0;

  void (*set_threads)(int) = (void (*)(int))dlsym(library, "openblas_set_num_threads");
  if (set_threads) set_threads(1);
  // Those that were started when it was loaded are ended before the first call, beside which it would
  // wait for ever. Absent from builds without threads; and somebody else's threads stay.
  int (*end_threads)(void) = (int (*)(void))dlsym(library, "blas_thread_shutdown_");
  if (is_ours && end_threads) end_threads();

#define MERCER_BLAS_FIND(name, arguments)                                          \
  if (!(*(void **)&table->name = find(library, #name, reason, room))) return 0;
  MERCER_BLAS_FUNCTIONS(MERCER_BLAS_FIND, s, float)
  MERCER_BLAS_FUNCTIONS(MERCER_BLAS_FIND, d, double)
#undef MERCER_BLAS_FIND
  return 1;
}
