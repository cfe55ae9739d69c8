#ifndef MERCER_MEMORY_H
#define MERCER_MEMORY_H

#if defined(__linux__)
#include <malloc.h>
#endif

/// Gives freed memory that the allocator has kept back to the system.
static inline void mercer_release_free_memory(void) {
#if defined(__GLIBC__)
  malloc_trim(0);
#endif
}

#endif
