// Tensors of many MiB come and go with every step. By default the C library gives such blocks back to
// the system at once and has to have them cleared, page by page, the next time: a fifth of a
// network's time. Here they stay with the process for the next step, and the first of them in large
// pages, among which the processor finds its way without searching.
#include <stdlib.h>
#ifdef __GLIBC__
#include <malloc.h>
#include <stdint.h>
#include <sys/mman.h>

// Addresses only, until something is written there.
enum { ROOM = 1 << 30, LARGE_PAGE = 1 << 21 };

__attribute__((constructor)) static void keep_memory(void) {
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, -1);
  char *const room = malloc(ROOM);
  if (!room) return;
  const uintptr_t first = ((uintptr_t)room + LARGE_PAGE - 1) & -(uintptr_t)LARGE_PAGE;
  madvise((void *)first, ROOM - LARGE_PAGE, MADV_HUGEPAGE);
  free(room);
}
#endif
