// ReLU, together with what stands beside it in a convolution.
#ifndef RECTIFIER_H
#define RECTIFIER_H

#include <stdbool.h>
#include <stddef.h>

/// x = max(0, x + bias), in place.
void rectify(float *x, float bias, ptrdiff_t count);

/// result = upstream where something passed, 0 elsewhere.
void rectifier_gradient(
    const float *upstream, const bool *passed, float *result, ptrdiff_t count);

#endif
