// Max pooling by square windows two pixels apart.
#ifndef MAXPOOLING_H
#define MAXPOOLING_H

#include <stddef.h>
#include <stdint.h>

/// The largest number of each window of a plane, and the position in the plane of the first that is
/// so large. Windows have `size` (2 or 3) rows and columns; the last may stick out at the edges.
void pool_largest(
    const float *plane, ptrdiff_t height, ptrdiff_t width, int size, ptrdiff_t new_height,
    ptrdiff_t new_width, float *largest, int32_t *winners);

#endif
