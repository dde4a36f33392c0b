// Products of a matrix of few rows, such as a minibatch, with a large one, such as weights. OpenBLAS
// first copies the large matrix into another order, which takes as long as a product with few rows
// itself; these read it where it stands.
#ifndef SKINNYPRODUCT_H
#define SKINNYPRODUCT_H

#include <stdbool.h>
#include <stddef.h>

/// Whether the processor has the instructions that the functions below need (AVX-512).
bool has_skinny_products(void);

/// c = a·b, or c + a·b. Shapes: a [m, k], b [k, n], c [m, n]; n must be a multiple of 64. Strides are
/// those of rows.
void skinny_product(
    const float *a, ptrdiff_t stride_a, const float *b, ptrdiff_t stride_b, float *c,
    ptrdiff_t stride_c, ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, bool adding);

/// c = a·bᵀ, or c + a·bᵀ. Shapes: a [m, k], b [n, k], c [m, n]; n must be a multiple of 4 and k of 16.
void skinny_product_transposed(
    const float *a, ptrdiff_t stride_a, const float *b, ptrdiff_t stride_b, float *c,
    ptrdiff_t stride_c, ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, bool adding);

#endif
