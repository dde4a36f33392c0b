// Older OpenBLAS releases (0.3.21 in Debian 12) do not know newer processors and fall back to
// kernels several times slower. OpenBLAS reads OPENBLAS_CORETYPE once, while it is initialised; this
// constructor runs earlier (a lower priority number runs first) and names the best core that the
// processor's instruction set allows. Whatever the user has set stands.
#include "COpenBLAS.h"
#include <stdlib.h>

static const char *requested = NULL;

const char *openblas_requested_core(void) { return requested; }

#if defined(__x86_64__)
static const char *best_core(void) {
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
    return "SkylakeX";
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    return "Haswell";
  return NULL;
}

__attribute__((constructor(101))) static void choose_core(void) {
  if (getenv("OPENBLAS_CORETYPE")) return;
  requested = best_core();
  if (requested) setenv("OPENBLAS_CORETYPE", requested, 0);
}
#endif
