#include <stdlib.h>
#include <string.h>

#include "include/mercer_tiles.h"

extern const mercer_tiles_f32 mercer_baseline_table_f32;
extern const mercer_tiles_f64 mercer_baseline_table_f64;

enum level { BASELINE, AVX2, AVX512 };

#if defined(__x86_64__)
extern const mercer_tiles_f32 mercer_avx2_table_f32, mercer_avx512_table_f32;
extern const mercer_tiles_f64 mercer_avx2_table_f64, mercer_avx512_table_f64;

static enum level machine_level(void) {
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
    return AVX512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return AVX2;
  return BASELINE;
}
#else
static enum level machine_level(void) { return BASELINE; }
#endif

static enum level chosen_level(void) {
  enum level best = machine_level();
  const char *wish = getenv("MERCER_SIMD");
  if (!wish) return best;
  enum level asked = best;
  if (!strcmp(wish, "baseline")) asked = BASELINE;
  if (!strcmp(wish, "avx2")) asked = AVX2;
  return asked < best ? asked : best;
}

// The choice is the same every time it is made, so a race to make it first is harmless.
const mercer_tiles_f32 *mercer_tiles_float(void) {
#if defined(__x86_64__)
  switch (chosen_level()) {
    case AVX512: return &mercer_avx512_table_f32;
    case AVX2: return &mercer_avx2_table_f32;
    default: break;
  }
#endif
  return &mercer_baseline_table_f32;
}

const mercer_tiles_f64 *mercer_tiles_double(void) {
#if defined(__x86_64__)
  switch (chosen_level()) {
    case AVX512: return &mercer_avx512_table_f64;
    case AVX2: return &mercer_avx2_table_f64;
    default: break;
  }
#endif
  return &mercer_baseline_table_f64;
}
