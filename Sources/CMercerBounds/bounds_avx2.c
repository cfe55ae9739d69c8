#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("arch=x86-64-v3"))), apply_to = function)
#define SET(name) mercer_avx2_##name
#define BYTES 32
#define INSTRUCTION_SET "avx2"
#include "bounds_body.inc"
#pragma clang attribute pop
#endif
