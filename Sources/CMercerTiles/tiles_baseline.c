// The portable instance: 16-byte vectors, which every x86-64 and arm64 machine has, and which a
// compiler breaks up elsewhere.
#define SET(name) mercer_baseline_##name
#define BYTES 16
#define INSTRUCTION_SET "baseline"
#include "tiles_instances.inc"
