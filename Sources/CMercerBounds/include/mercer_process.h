// What a process may ask of the C library for itself, and Swift does not see.

#ifndef MERCER_PROCESS_H
#define MERCER_PROCESS_H

#include <stdlib.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

// One heap for all threads. glibc else sets 64 MB of addresses aside for each thread, which only
// matters where addresses are few.
static inline void mercer_use_one_heap(void) {
#ifdef __GLIBC__
  mallopt(M_ARENA_MAX, 1);
#endif
}

#endif
