#include "MaxPooling.h"
#include "Versions.h"

/// Columns `from..<to` of a row of windows; `rows` and `columns` are those that a window has there.
static inline __attribute__((always_inline)) void pool_row(
    const float *restrict plane, ptrdiff_t top, ptrdiff_t width, ptrdiff_t rows, ptrdiff_t columns,
    ptrdiff_t from, ptrdiff_t to, float *restrict largest, int32_t *restrict winners) {
  for (ptrdiff_t i = from; i < to; i++) {
    const ptrdiff_t first = top * width + 2 * i;
    float best = plane[first];
    int32_t winner = (int32_t)first;
    for (ptrdiff_t y = 0; y < rows; y++) {
      for (ptrdiff_t x = 0; x < columns; x++) {
        const ptrdiff_t position = first + y * width + x;
        const float value = plane[position];
        winner = value > best ? (int32_t)position : winner;
        best = value > best ? value : best;
      }
    }
    largest[i] = best;
    winners[i] = winner;
  }
}

VERSIONS void pool_largest(
    const float *plane, ptrdiff_t height, ptrdiff_t width, int size, ptrdiff_t new_height,
    ptrdiff_t new_width, float *largest, int32_t *winners) {
  const ptrdiff_t whole = width < size ? 0 : smaller((width - size) / 2 + 1, new_width);
  for (ptrdiff_t row = 0; row < new_height; row++, largest += new_width, winners += new_width) {
    const ptrdiff_t top = 2 * row, rows = smaller(size, height - top);
    // With sizes that the compiler knows, it handles many windows at a time.
    if (rows == 3 && size == 3)
      pool_row(plane, top, width, 3, 3, 0, whole, largest, winners);
    else if (rows == 2 && size == 2)
      pool_row(plane, top, width, 2, 2, 0, whole, largest, winners);
    else
      pool_row(plane, top, width, rows, size, 0, whole, largest, winners);
    for (ptrdiff_t i = whole; i < new_width; i++)
      pool_row(plane, top, width, rows, smaller(size, width - 2 * i), i, i + 1, largest, winners);
  }
}
