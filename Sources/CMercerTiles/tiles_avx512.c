#if defined(__x86_64__)
// The second attribute keeps the compiler from splitting vectors in two, which it prefers for this
// architecture where no argument is a vector.
#pragma clang attribute push(__attribute__((target("arch=x86-64-v4"))), apply_to = function)
#pragma clang attribute push(__attribute__((min_vector_width(512))), apply_to = function)
#define SET(name) mercer_avx512_##name
#define BYTES 64
#define INSTRUCTION_SET "avx512"
#include "tiles_instances.inc"
#pragma clang attribute pop
#pragma clang attribute pop
#endif
