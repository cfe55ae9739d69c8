#include "libzip.h"

#include <dlfcn.h>
#include <stdio.h>

static const char *const names[] = {
#ifdef __APPLE__
    "/opt/homebrew/lib/libzip.5.dylib",
    "/usr/local/lib/libzip.5.dylib",
    "libzip.5.dylib",
#else
    "libzip.so.5",
    // As Debian and its kin called it until 2024.
    "libzip.so.4",
#endif
};
enum { name_count = sizeof(names) / sizeof(names[0]) };

static void tell(char *reason, long room) {
  const char *text = dlerror();
  snprintf(reason, (size_t)room, "%s", text ? text : "the reason is not known");
}

int mercer_load_zip(mercer_zip *table, char *reason, long room) {
  void *library = NULL;
  for (int i = 0; i < name_count && !library; i++) {
    library = dlopen(names[i], RTLD_LAZY | RTLD_LOCAL);
    // Of the first name, which is its own.
    if (!library && i == 0) tell(reason, room);
  }
  if (!library) return 0;
#define MERCER_ZIP_FIND(name)                           \
  if (!(*(void **)&table->name = dlsym(library, #name))) { \
    tell(reason, room);                                 \
    return 0;                                           \
  }
  MERCER_ZIP_FUNCTIONS(MERCER_ZIP_FIND)
#undef MERCER_ZIP_FIND
  return 1;
}
