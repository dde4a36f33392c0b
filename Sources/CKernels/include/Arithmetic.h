// Arithmetic on many numbers at a time; what is written may stand where what is read stood.
#ifndef ARITHMETIC_H
#define ARITHMETIC_H

#include <stddef.h>

/// out[i] = a[i·stride_a] ∘ b[i·stride_b], strides 0 or 1.
void add_floats(
    const float *a, ptrdiff_t stride_a, const float *b, ptrdiff_t stride_b, float *out,
    ptrdiff_t count);
void subtract_floats(
    const float *a, ptrdiff_t stride_a, const float *b, ptrdiff_t stride_b, float *out,
    ptrdiff_t count);
void multiply_floats(
    const float *a, ptrdiff_t stride_a, const float *b, ptrdiff_t stride_b, float *out,
    ptrdiff_t count);
void divide_floats(
    const float *a, ptrdiff_t stride_a, const float *b, ptrdiff_t stride_b, float *out,
    ptrdiff_t count);

/// out[i] = x[i]².
void square_floats(const float *x, float *out, ptrdiff_t count);

/// out[i] = Σ of x[row][i] over `rows` rows, `stride` floats apart, of which `width` are read.
void sum_rows_of_floats(
    const float *x, ptrdiff_t rows, ptrdiff_t stride, ptrdiff_t width, float *out);

/// One step of Adam: m = β₁m + (1−β₁)g, v = β₂v + (1−β₂)g², x −= step·m / (√(square_scale·v) + ε).
void adam_floats(
    float *x, const float *g, float *m, float *v, ptrdiff_t count, float beta1, float beta2,
    float step, float square_scale, float epsilon);

#endif
