// The vectorised loops of Mercer: what runs once for every entry of a kernel matrix.
//
// Each loop is written once, in the .inc files beside this folder, and compiled for Float and Double
// and for several instruction sets; the best one for this machine is chosen at run time
// (tiles_dispatch.c). All matrices are row-major; `ld…` is the distance between rows, in elements.

#ifndef MERCER_TILES_H
#define MERCER_TILES_H

#include <stddef.h>
#include <stdint.h>

/// What a pair of points x, z adds up over its coordinates.
enum mercer_sum {
  MERCER_SUM_INNER,      // x z
  MERCER_SUM_EUCLIDEAN,  // (x − z)², from inner products and norms; anew from differences if close
  MERCER_SUM_SQUARED,    // (x − z)², from differences
  MERCER_SUM_ABSOLUTE,   // |x − z|
  MERCER_SUM_POWER,      // |x − z|^q
  MERCER_SUM_DIFFERING,  // 1 where x ≠ z
  // Of the decays e = exp(−rate |x − z|) of the coordinates:
  MERCER_SUM_DECAYS,                 // their sum
  MERCER_SUM_DECAY_PAIRS,            // q times their sum, and the products of any two of them
  MERCER_SUM_DECAY_PRODUCT,          // the product of q + (1 − q) e
  MERCER_SUM_DECAY_PRODUCT_SLOPE,    // its derivative by q
  MERCER_SUM_STORED      // no sum: x is a stored matrix of entries, rows × columns
};

/// What is made of that sum s, with parameters a, c and p; r = c √s.
enum mercer_map {
  MERCER_MAP_IDENTITY,         // s
  MERCER_MAP_AFFINE,           // a s + c
  MERCER_MAP_ROOT,             // a + c √s
  MERCER_MAP_EXP_LINEAR,       // a exp(c s)
  MERCER_MAP_EXP_ROOT,         // a exp(−r)
  MERCER_MAP_EXP_ROOT_SLOPE,   // a exp(−r) / √s, 0 at 0
  MERCER_MAP_EXP_ROOT_FIRST,   // a (1 + r) exp(−r)
  MERCER_MAP_EXP_ROOT_SECOND,  // a (1 + r + r²/3) exp(−r)
  MERCER_MAP_EXP_POWER,        // a exp(−c sᵖ), p > 0
  MERCER_MAP_EXP_POWER_SLOPE,  // a sᵖ⁻¹ exp(−c sᵖ), 0 at 0
  MERCER_MAP_POWER,            // a sᵖ for s ≥ 0; 0 at 0 if p > 0
  MERCER_MAP_AFFINE_POWER,     // a + c sᵖ for s ≥ 0
  MERCER_MAP_RATIONAL,         // a (1 + c s)⁻ᵖ
  MERCER_MAP_LOG_ONE_PLUS,     // a log(1 + c s) + p
  MERCER_MAP_LOG_ROOT_FIRST,   // a + log(1 + r) − r
  MERCER_MAP_LOG_ROOT_SECOND,  // a + log(1 + r + r²/3) − r
  MERCER_MAP_POLYNOMIAL,       // a (s + c)ᵖ, p whole and at least 0
  MERCER_MAP_SHARE,            // (c − s) / c, 1 if c is 0
  MERCER_MAP_QUOTIENT,         // a s / c
  MERCER_MAP_ARC_COSINE,       // the arc-cosine kernel of order p; needs a network without layers
  MERCER_MAP_NETWORK           // the kernel of a network
};

enum mercer_layer_kind {
  MERCER_LAYER_DENSE,     // k ← first k + second
  MERCER_LAYER_RECTIFIER  // a min(u, 0) + b max(u, 0): first = (a² + b²)/2, second = (a − b)²/(a² + b²)
};

/// A layer of an infinitely wide network, with the variances or the gain and excess above.
typedef struct {
  int32_t kind;
  double first, second;
} mercer_layer;

/// What kernels of angles know of single points: √k(x, x) and its inverse (0 of 0) at each place of a
/// network, place 0 before the first layer. Matrices of places × rows and places × columns; the
/// columns are padded to whole panels.
typedef struct {
  double scale;  // what inner products are multiplied by
  int32_t tangent;  // whether the tangent kernel is wanted, rather than the covariance
  ptrdiff_t layers;
  const mercer_layer *layer;
  const void *root_x, *inverse_x;
  ptrdiff_t rows;
  const void *root_z, *inverse_z;
  ptrdiff_t columns;
} mercer_network;

/// What is known of single positions of two inputs, for the slice of one offset: √k(x, x) and its
/// inverse (0 of 0) before a layer, a plane for x and one for z. Row r of the slice is row r of x and
/// row z_rows[r] of z, whose rows are there twice side by side, so that column j of the slice is column
/// z_column + j of z. The pointers are to elements of the table's type.
typedef struct {
  const void *root_x, *inverse_x;
  ptrdiff_t x_stride;
  const void *root_z, *inverse_z;
  ptrdiff_t z_stride;
  const int32_t *z_rows;
  ptrdiff_t z_column;
  int32_t is_same;  // whether x and z are equal and so is each position with its own
} mercer_slice_lengths;

/// Sums over windows of a slice: out[h, j] of in[rows[h, t], step j + shifts[s]] masks[s, j] over the
/// taps t and s, a row of −1 counting as zeros; then k ← scale Σk + bias and Θ ← scale ΣΘ +
/// weight_rate Σk + bias_rate; then, with lengths, a rectifier.
typedef struct {
  ptrdiff_t in_rows, in_stride, out_rows, out_stride, step;
  ptrdiff_t row_taps, column_taps;
  const int32_t *rows, *shifts;
  const void *masks;
  double scale, bias, weight_rate, bias_rate;
  int32_t accumulates;  // whether the result is added to what is there
  const mercer_slice_lengths *lengths;
  double gain, excess;
} mercer_slice_window;

/// A kernel on two sets of points. The pointers are to elements of the table's type. x is row-major.
/// z is packed in panels of `panel` points, each d × panel, the last one padded; norms_z too. Norms
/// (squared) are read for MERCER_SUM_EUCLIDEAN only. With `factored`, which sums of decays alone
/// know, points have 2 d numbers: e^y for each coordinate and then e^−y, y = rate (x − c).
typedef struct {
  int32_t sum, form;
  double q, a, c, p, rate;
  int32_t factored;
  ptrdiff_t d;
  const void *x;
  ptrdiff_t ldx;
  const void *norms_x, *z, *norms_z;
  ptrdiff_t columns;
  ptrdiff_t first_column;  // what columns are counted from where they are reported
  const mercer_network *network;
} mercer_pairs;

/// The most right-hand sides of one product.
#define MERCER_PRODUCT_OUTPUTS 24

#define T float
#define NAME mercer_tiles_f32
#include "mercer_table.inc"
#undef T
#undef NAME

#define T double
#define NAME mercer_tiles_f64
#include "mercer_table.inc"
#undef T
#undef NAME

/// The loops for this machine. The environment variable MERCER_SIMD (avx512, avx2, baseline) asks
/// for another instruction set, and is ignored where the machine lacks it or it says something else.
const mercer_tiles_f32 *mercer_tiles_float(void);
const mercer_tiles_f64 *mercer_tiles_double(void);

/// The loops of a named instruction set, whatever MERCER_SIMD says; null where the machine lacks it
/// or there is none of that name.
const mercer_tiles_f32 *mercer_tiles_float_named(const char *instruction_set);
const mercer_tiles_f64 *mercer_tiles_double_named(const char *instruction_set);

#endif
