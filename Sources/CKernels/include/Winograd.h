// The transforms of Winograd's minimal filtering F(4×4, 3×3): a convolution by 3×3 filters at
// stride 1 and padding 1 takes 36 multiplications for 16 outputs, where the definition takes 144.
//
//   y = Aᵀ [ (G g Gᵀ) ∘ (Bᵀ d B) ] A   for each tile d of 6×6 inputs and y of 4×4 outputs.
//
// Source: Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", CVPR 2016,
// DOI 10.1109/CVPR.2016.435.
//
// Letters: H×W pixels of a plane (one channel of one image); R rows of tiles from `first_row` on,
// Q = ⌈W/4⌉ tiles in each; T = R·Q tiles. A transformed tile has 36 numbers; number i of all tiles
// stands in a row of T, `stride` floats after number i−1.
#ifndef WINOGRAD_H
#define WINOGRAD_H

#include <stdbool.h>
#include <stddef.h>

/// G g Gᵀ of `count` filters, 9 numbers each to 36; number i of all of them in row i of `count`.
void winograd_filters(const float *filters, ptrdiff_t count, float *transformed);

/// Bᵀ d B of the tiles of an input plane.
void winograd_input(
    const float *plane, ptrdiff_t height, ptrdiff_t width, ptrdiff_t first_row, ptrdiff_t rows,
    float *transformed, ptrdiff_t stride);

/// max(0, Aᵀ m A + bias) to an output plane.
void winograd_output(
    const float *transformed, ptrdiff_t stride, float bias, float *plane, ptrdiff_t height,
    ptrdiff_t width, ptrdiff_t first_row, ptrdiff_t rows);

/// The transpose of `winograd_output`: A dy Aᵀ of an output plane's gradient, of which only what
/// stands where something passed counts.
void winograd_output_gradient(
    const float *gradient, const bool *passed, ptrdiff_t height, ptrdiff_t width,
    ptrdiff_t first_row, ptrdiff_t rows, float *transformed, ptrdiff_t stride);

/// The transpose of `winograd_input`: adds B m Bᵀ to an input plane's gradient.
void winograd_input_gradient(
    const float *transformed, ptrdiff_t stride, float *plane, ptrdiff_t height, ptrdiff_t width,
    ptrdiff_t first_row, ptrdiff_t rows);

#endif
