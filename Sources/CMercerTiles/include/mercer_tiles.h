// The vectorised loops of Mercer: what runs once for every entry of a Gram tile.
//
// Each loop is written once, in tiles_body.inc, and compiled for Float and Double and for several
// instruction sets; the best one for this machine is chosen at run time (tiles_dispatch.c).
// All matrices are row-major; `ld…` is the distance between rows, in elements. A *panel* is a point
// set stored transposed, d × count, so that neighbouring points are neighbours in memory.

#ifndef MERCER_TILES_H
#define MERCER_TILES_H

#include <stddef.h>

/// What a fused product sums over the coordinates of a pair: ⟨x, z⟩ (made into ‖x − z‖² with the
/// norms), (x − z)² or |x − z|.
enum mercer_pairs { MERCER_PAIRS_INNER, MERCER_PAIRS_SQUARED, MERCER_PAIRS_ABSOLUTE };

/// The map of a fused product, as the maps of the same name below.
enum mercer_map {
  MERCER_MAP_EXP_LINEAR,
  MERCER_MAP_EXP_ROOT,
  MERCER_MAP_EXP_ROOT_FIRST,
  MERCER_MAP_EXP_ROOT_SECOND
};

/// The most right-hand sides of one fused product.
#define MERCER_PRODUCT_OUTPUTS 16

#define MERCER_TILES_TABLE(T, NAME)                                                                \
  typedef struct NAME {                                                                            \
    /* The instruction set: avx512, avx2, baseline. */                                             \
    const char *instruction_set;                                                                   \
                                                                                                   \
    /* out[i,j] = Σₖ t(x[i,k] − z[k,j]) with t(v) = v², |v|, |v|^q, [v ≠ 0]; z is a panel. Only   */ \
    /* pairs_power looks at q.                                                                   */ \
    void (*pairs_squared)(ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t d, T q, const T *x,         \
                          ptrdiff_t ldx, const T *z, ptrdiff_t ldz, T *out, ptrdiff_t ldo);        \
    void (*pairs_absolute)(ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t d, T q, const T *x,        \
                           ptrdiff_t ldx, const T *z, ptrdiff_t ldz, T *out, ptrdiff_t ldo);       \
    void (*pairs_power)(ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t d, T q, const T *x,           \
                        ptrdiff_t ldx, const T *z, ptrdiff_t ldz, T *out, ptrdiff_t ldo);          \
    void (*pairs_differing)(ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t d, T q, const T *x,       \
                            ptrdiff_t ldx, const T *z, ptrdiff_t ldz, T *out, ptrdiff_t ldo);      \
                                                                                                   \
    /* gradient[i,k] += Σⱼ w[i,j] sign(x[i,k] − z[k,j]) |x[i,k] − z[k,j]|^(q−1); z is a panel. */   \
    void (*pairs_power_gradient)(ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t d, T q, const T *x,  \
                                 ptrdiff_t ldx, const T *z, ptrdiff_t ldz, const T *w,             \
                                 ptrdiff_t ldw, T *gradient, ptrdiff_t ldg);                       \
    /* total[k] += Σᵢⱼ w[i,j] |x[i,k] − z[k,j]|^q; z is a panel. */                                 \
    void (*pairs_power_moment)(ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t d, T q, const T *x,    \
                               ptrdiff_t ldx, const T *z, ptrdiff_t ldz, const T *w,               \
                               ptrdiff_t ldw, double *total);                                      \
                                                                                                   \
    /* Inner products in `tile` become squared distances, given squared norms; where cancellation  \
       would leave fewer than about half of the digits, the pair is computed anew from its         \
       coordinates (both sets row-major here). */                                                  \
    void (*squared_from_inner)(ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t d, const T *x,         \
                               ptrdiff_t ldx, const T *z, ptrdiff_t ldz, const T *norms_x,         \
                               const T *norms_z, T *tile, ptrdiff_t ldt);                          \
                                                                                                   \
    /* Maps over `count` contiguous values s, in place. */                                         \
    void (*exp_linear)(ptrdiff_t count, T *s, T a, T c);       /* a exp(c s)                    */ \
    void (*exp_root)(ptrdiff_t count, T *s, T a, T c);         /* a exp(−c √s)                  */ \
    void (*exp_root_slope)(ptrdiff_t count, T *s, T a, T c);   /* a exp(−c √s) / √s, 0 at 0     */ \
    void (*exp_root_first)(ptrdiff_t count, T *s, T a, T c);   /* a (1 + r) e⁻ʳ, r = c√s        */ \
    void (*exp_root_second)(ptrdiff_t count, T *s, T a, T c);  /* a (1 + r + r²/3) e⁻ʳ, r = c√s */ \
    void (*exp_power)(ptrdiff_t count, T *s, T a, T c, T p);   /* a exp(−c sᵖ), p > 0           */ \
    void (*power)(ptrdiff_t count, T *s, T a, T p);            /* a sᵖ for s ≥ 0; 0 at 0 if p > 0 */ \
    void (*rational)(ptrdiff_t count, T *s, T a, T c, T p);    /* a (1 + c s)⁻ᵖ                 */ \
    void (*log_one_plus)(ptrdiff_t count, T *s, T a, T c);     /* a log(1 + c s)                */ \
                                                                                                   \
    /* Arithmetic of tiles, over `count` contiguous values. */                                     \
    void (*add)(ptrdiff_t count, T *y, const T *x);            /* y ← y + x     */                 \
    void (*multiply)(ptrdiff_t count, T *y, const T *x);       /* y ← y x       */                 \
    void (*affine)(ptrdiff_t count, T *y, T a, T b);           /* y ← a y + b   */                 \
    void (*clamp_below)(ptrdiff_t count, T *y, T least);       /* y ← max(y, least), NaN kept */   \
                                                                                                   \
    /* Fused products: y[i,o] = Σⱼ map(distance(x[i], z[j])) v[o,j], the values of k never stored. z is  \
       packed in `panels` panels of `panel` points, each d × panel, and norms_z and v (one row an  \
       output) are padded to whole panels, v with zeros. Norms are read for MERCER_PAIRS_INNER only. */                                              \
    ptrdiff_t panel;                                                                               \
    void (*product)(int pairs, int map, T a, T c, ptrdiff_t rows, ptrdiff_t panels, ptrdiff_t d,   \
                    const T *x, ptrdiff_t ldx, const T *norms_x, const T *z, const T *norms_z,     \
                    ptrdiff_t outputs, const T *v, ptrdiff_t ldv, T *y, ptrdiff_t ldy);            \
                                                                                                   \
    /* One point against `count` others, for networks and arc-cosine kernels. Arrays hold a whole number */\
    /* of 64-byte lines; what is beyond `count` is read, written and ignored. `root_…` are √k(x, x), */\
    /* `inverse_…` their inverses (0 for 0), `next_…` the inverses after the layer. */             \
                                                                                                   \
    /* The cosine of the angle of each pair and its squared sine, from inner products (`count` of them, */\
    /* no padding); nearly parallel pairs are computed anew from the coordinates (z row-major). */ \
    void (*angles)(ptrdiff_t count, ptrdiff_t d, const T *x, T inverse_x, const T *z, ptrdiff_t ldz,\
                   const T *inverse_z, const T *inner, T *cosine, T *sine2);                       \
    /* Dense layer: k ← weight k + bias, theta ← weight theta + the new k. theta may be null. */   \
    void (*network_dense)(ptrdiff_t count, T weight, T bias, T root_x, T next_x, const T *root_z,  \
                          const T *next_z, T *cosine, T *sine2, T *theta);                         \
    /* φ(u) = a min(u, 0) + b max(u, 0): gain = (a² + b²) / 2, excess = (a − b)² / (a² + b²). */   \
    void (*network_rectifier)(ptrdiff_t count, T gain, T excess, T *cosine, T *sine2, T *theta);   \
    /* Adjoints: from derivatives by k, theta, k(x, x), k(z, z) after a layer to those before it, given */\
    /* the state before it. total[0] and total[1] gain the derivatives by weight and bias. */      \
    void (*network_dense_backward)(ptrdiff_t count, T weight, T root_x, const T *root_z,           \
                                   const T *cosine, const T *theta, T *to_k, T *to_theta, T *to_x, \
                                   T *to_z, double *total);                                        \
    void (*network_rectifier_backward)(ptrdiff_t count, T gain, T excess, T root_x, T inverse_x,   \
                                       const T *root_z, const T *inverse_z, const T *cosine,       \
                                       const T *sine2, const T *theta, T *to_k, T *to_theta,       \
                                       T *to_x, T *to_z);                                          \
    /* Arc-cosine kernel of order 0, 1 or 2; backward, to_k holds weights and becomes their products with */\
    /* the derivatives by <x, z>, to_x and to_z with those by <x, x>, <z, z>. */                   \
    void (*arc_cosine)(ptrdiff_t count, ptrdiff_t order, T root_x, const T *root_z, const T *cosine,\
                       const T *sine2, T *out);                                                    \
    void (*arc_cosine_backward)(ptrdiff_t count, ptrdiff_t order, T root_x, T inverse_x,           \
                                const T *root_z, const T *inverse_z, const T *cosine, const T *sine2,\
                                T *to_k, T *to_x, T *to_z);                                        \
                                                                                                   \
    /* Elementary functions of `count` contiguous values, in place (docs/elementary-functions.md   \
       has their errors). */                                                                       \
    void (*exponential)(ptrdiff_t count, T *s);                                                    \
    void (*power_of_two)(ptrdiff_t count, T *s); /* below the normal numbers, see exp_scaled */    \
    void (*logarithm)(ptrdiff_t count, T *s);                                                      \
    void (*square_root)(ptrdiff_t count, T *s);                                                    \
    void (*arccosine)(ptrdiff_t count, T *s);                                                      \
    void (*error_function)(ptrdiff_t count, T *s);                                                 \
    void (*sine)(ptrdiff_t count, T *s);                                                           \
    void (*cosine)(ptrdiff_t count, T *s);                                                         \
    void (*hyperbolic_tangent)(ptrdiff_t count, T *s);                                             \
  } NAME;

MERCER_TILES_TABLE(float, mercer_tiles_f32)
MERCER_TILES_TABLE(double, mercer_tiles_f64)

/// The loops for this machine. The environment variable MERCER_SIMD (avx512, avx2, baseline) asks
/// for another instruction set, and is ignored where the machine lacks it or it says something else.
const mercer_tiles_f32 *mercer_tiles_float(void);
const mercer_tiles_f64 *mercer_tiles_double(void);

/// The loops of a named instruction set, whatever MERCER_SIMD says; null where the machine lacks it
/// or there is none of that name.
const mercer_tiles_f32 *mercer_tiles_float_named(const char *instruction_set);
const mercer_tiles_f64 *mercer_tiles_double_named(const char *instruction_set);

#endif
