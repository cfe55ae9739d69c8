// What the vector units and the caches of this machine can do at most: loops that do nothing else.
//
// They bound the loops of CMercerTiles, and are chosen in the same way: the best instruction set of
// the machine, or the one that MERCER_SIMD asks for (`bounds_dispatch.c`).

#ifndef MERCER_BOUNDS_H
#define MERCER_BOUNDS_H

#include <stddef.h>

typedef struct mercer_bounds {
  /// The instruction set: avx512, avx2, baseline.
  const char *instruction_set;
  /// `rounds` rounds of independent multiply-adds in registers alone. Returns how many floating
  /// point operations that were (two for each multiply-add); *sink gets a number that depends on
  /// all of them, so that none can be left out.
  double (*multiply_add_float)(ptrdiff_t rounds, double *sink);
  double (*multiply_add_double)(ptrdiff_t rounds, double *sink);
  /// The sum of `count` floats, from memory that is aligned to 64 bytes. A last part shorter than
  /// eight vectors is left out.
  double (*sum)(const float *values, ptrdiff_t count);
} mercer_bounds;

/// The loops for this machine.
const mercer_bounds *mercer_bounds_loops(void);

#endif
