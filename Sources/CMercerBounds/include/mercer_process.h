// What a process may ask of the C library for itself, and Swift does not see.

#ifndef MERCER_PROCESS_H
#define MERCER_PROCESS_H

#include <stdlib.h>

#ifdef __GLIBC__
#include <malloc.h>
#include <stdint.h>
#include <sys/mman.h>
#endif

// One heap for all threads. glibc else sets 64 MB of addresses aside for each thread, which only
// matters where addresses are few.
static inline void mercer_use_one_heap(void) {
#ifdef __GLIBC__
  mallopt(M_ARENA_MAX, 1);
#endif
}

// Lets the first `bytes` of the heap be backed by large pages. A small model is opened and evaluated
// in fresh memory throughout, and its first touches, page by page, take a sixth of the time from
// start to answer.
static inline void mercer_use_large_pages(size_t bytes) {
#if defined(__GLIBC__) && defined(MADV_HUGEPAGE)
  // glibc takes a block of this size from the system by itself at first; once one was freed, from
  // the heap, which then keeps it. Nothing is touched, so nothing is resident yet.
  void *volatile block = malloc(bytes);
  free(block);
  block = malloc(bytes);
  const uintptr_t large = (uintptr_t)2 << 20;
  uintptr_t first = ((uintptr_t)block + large - 1) & ~(large - 1);
  uintptr_t end = ((uintptr_t)block + bytes) & ~(large - 1);
  if (block && first < end) madvise((void *)first, end - first, MADV_HUGEPAGE);
  free(block);
#endif
}

#endif
