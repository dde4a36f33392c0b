#ifndef VERSIONS_H
#define VERSIONS_H

#include <stddef.h>

// One version of a function for every instruction set; the loader chooses.
#if defined(__x86_64__) && defined(__linux__)
#define VERSIONS __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define VERSIONS
#endif

/// A loop whose result may take the place of an operand, element by element: without being told, the
/// compiler fears for the next ones and takes one at a time.
#define EACH \
  _Pragma("clang loop vectorize(assume_safety)") for (ptrdiff_t i = 0; i < count; i++)

static inline ptrdiff_t smaller(ptrdiff_t a, ptrdiff_t b) { return a < b ? a : b; }

#endif
