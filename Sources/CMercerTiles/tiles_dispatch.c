#include <stdlib.h>
#include <string.h>

#include "include/mercer_tiles.h"

extern const mercer_tiles_f32 mercer_baseline_table_f32;
extern const mercer_tiles_f64 mercer_baseline_table_f64;

enum level { NONE, BASELINE, AVX2, AVX512 };

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

// The level of that name, NONE where the machine lacks it or there is none.
static enum level named_level(const char *name) {
  enum level asked = NONE;
  if (!strcmp(name, "baseline")) asked = BASELINE;
  if (!strcmp(name, "avx2")) asked = AVX2;
  if (!strcmp(name, "avx512")) asked = AVX512;
  return asked <= machine_level() ? asked : NONE;
}

static enum level chosen_level(void) {
  const char *wish = getenv("MERCER_SIMD");
  enum level asked = wish ? named_level(wish) : NONE;
  return asked == NONE ? machine_level() : asked;
}

static const mercer_tiles_f32 *float_loops(enum level level) {
  switch (level) {
    case NONE: return NULL;
#if defined(__x86_64__)
    case AVX512: return &mercer_avx512_table_f32;
    case AVX2: return &mercer_avx2_table_f32;
#endif
    default: return &mercer_baseline_table_f32;
  }
}

static const mercer_tiles_f64 *double_loops(enum level level) {
  switch (level) {
    case NONE: return NULL;
#if defined(__x86_64__)
    case AVX512: return &mercer_avx512_table_f64;
    case AVX2: return &mercer_avx2_table_f64;
#endif
    default: return &mercer_baseline_table_f64;
  }
}

// The choice is the same every time it is made, so a race to make it first is harmless.
const mercer_tiles_f32 *mercer_tiles_float(void) { return float_loops(chosen_level()); }
const mercer_tiles_f64 *mercer_tiles_double(void) { return double_loops(chosen_level()); }

const mercer_tiles_f32 *mercer_tiles_float_named(const char *name) {
  return float_loops(named_level(name));
}
const mercer_tiles_f64 *mercer_tiles_double_named(const char *name) {
  return double_loops(named_level(name));
}
