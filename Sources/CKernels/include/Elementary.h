// Elementary functions of many numbers at a time, with the largest errors that were found among the
// floats of all sizes. NaN stays NaN.
#ifndef ELEMENTARY_H
#define ELEMENTARY_H

#include <stddef.h>

/// out = eˣ. Within 1.1 units in the last place; 0 and infinity where that is the nearest float.
void exp_floats(const float *x, float *out, ptrdiff_t count);

/// out = tanh x. Within 1.5 units in the last place.
void tanh_floats(const float *x, float *out, ptrdiff_t count);

/// out = 1/(1 + e⁻ˣ). Within 2.5 units in the last place.
void sigmoid_floats(const float *x, float *out, ptrdiff_t count);

/// The largest of at least one number; NaN where one is NaN.
float largest_float(const float *x, ptrdiff_t count);

/// log Σ eˣ of at least one number, the largest taken out first so that nothing overflows.
float log_sum_exp_floats(const float *x, ptrdiff_t count);

#endif
