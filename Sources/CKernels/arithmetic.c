#include "Arithmetic.h"
#include "Versions.h"
#include <math.h>

#define BINARY(name, operator)                                                                 \
  VERSIONS void name(                                                                          \
      const float *a, ptrdiff_t stride_a, const float *b, ptrdiff_t stride_b, float *out,      \
      ptrdiff_t count) {                                                                       \
    if (count <= 0) return;                                                                    \
    const float first_a = a[0], first_b = b[0];                                                \
    if (stride_a && stride_b) EACH out[i] = a[i] operator b[i];                                \
    else if (stride_a) EACH out[i] = a[i] operator first_b;                                    \
    else if (stride_b) EACH out[i] = first_a operator b[i];                                    \
    else EACH out[i] = first_a operator first_b;                                               \
  }

BINARY(add_floats, +)
BINARY(subtract_floats, -)
BINARY(multiply_floats, *)
BINARY(divide_floats, /)

VERSIONS void square_floats(const float *x, float *out, ptrdiff_t count) {
  EACH out[i] = x[i] * x[i];
}

// So many rows are read at a time, and so many numbers of each: the sums stay in the nearest memory.
enum { ROWS = 8, COLUMNS = 2048 };

VERSIONS void sum_rows_of_floats(
    const float *x, ptrdiff_t rows, ptrdiff_t stride, ptrdiff_t width, float *out) {
  for (ptrdiff_t first = 0; first < width; first += COLUMNS) {
    const ptrdiff_t count = smaller(COLUMNS, width - first);
    float *restrict sum = out + first;
    for (ptrdiff_t i = 0; i < count; i++) sum[i] = 0;
    ptrdiff_t row = 0;
    for (; row + ROWS <= rows; row += ROWS) {
      const float *restrict r = x + row * stride + first;
      for (ptrdiff_t i = 0; i < count; i++) {
        const float a = r[i] + r[stride + i], b = r[2 * stride + i] + r[3 * stride + i];
        const float c = r[4 * stride + i] + r[5 * stride + i];
        const float d = r[6 * stride + i] + r[7 * stride + i];
        sum[i] += (a + b) + (c + d);
      }
    }
    for (; row < rows; row++) {
      const float *restrict r = x + row * stride + first;
      for (ptrdiff_t i = 0; i < count; i++) sum[i] += r[i];
    }
  }
}

VERSIONS void adam_floats(
    float *restrict x, const float *restrict g, float *restrict m, float *restrict v,
    ptrdiff_t count, float beta1, float beta2, float step, float square_scale, float epsilon) {
  const float fresh1 = 1 - beta1, fresh2 = 1 - beta2;
  for (ptrdiff_t i = 0; i < count; i++) {
    m[i] = beta1 * m[i] + fresh1 * g[i];
    v[i] = beta2 * v[i] + fresh2 * (g[i] * g[i]);
    x[i] -= step * m[i] / (sqrtf(square_scale * v[i]) + epsilon);
  }
}
