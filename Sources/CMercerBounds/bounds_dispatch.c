#include <stdlib.h>
#include <string.h>

#include "include/mercer_bounds.h"

extern const mercer_bounds mercer_baseline_bounds;
#if defined(__x86_64__)
extern const mercer_bounds mercer_avx2_bounds, mercer_avx512_bounds;
#endif

// The same choice as that of tiles_dispatch.c, so that the bounds are those of the loops in use.
const mercer_bounds *mercer_bounds_loops(void) {
#if defined(__x86_64__)
  const char *wish = getenv("MERCER_SIMD");
  int limit = wish && !strcmp(wish, "baseline") ? 0 : wish && !strcmp(wish, "avx2") ? 1 : 2;
  __builtin_cpu_init();
  if (limit >= 2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
    return &mercer_avx512_bounds;
  if (limit >= 1 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    return &mercer_avx2_bounds;
#endif
  return &mercer_baseline_bounds;
}
