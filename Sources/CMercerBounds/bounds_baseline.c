#define SET(name) mercer_baseline_##name
#define BYTES 16
#define INSTRUCTION_SET "baseline"
#include "bounds_body.inc"
