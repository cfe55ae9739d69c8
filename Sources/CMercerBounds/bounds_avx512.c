#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("arch=x86-64-v4"))), apply_to = function)
#define SET(name) mercer_avx512_##name
#define BYTES 64
#define INSTRUCTION_SET "avx512"
#include "bounds_body.inc"
#pragma clang attribute pop
#endif
