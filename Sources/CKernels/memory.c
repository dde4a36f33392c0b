// Tensors of many MiB come and go with every step. By default the C library gives such blocks back to
// the system at once and has to have them cleared, page by page, the next time: a fifth of a
// network's time. Here they stay with the process for the next step.
#include <stdlib.h>
#ifdef __GLIBC__
#include <malloc.h>

__attribute__((constructor)) static void keep_memory(void) {
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, -1);
}
#endif
