#include "Rectifier.h"
#include "Versions.h"

VERSIONS void rectify(float *x, float bias, ptrdiff_t count) {
  for (ptrdiff_t i = 0; i < count; i++) {
    const float sum = x[i] + bias;
    // What is no number stays, and will be noticed.
    x[i] = sum < 0 ? 0 : sum;
  }
}

VERSIONS void rectifier_gradient(
    const float *restrict upstream, const bool *restrict passed, float *restrict result,
    ptrdiff_t count) {
  for (ptrdiff_t i = 0; i < count; i++) {
    const float value = upstream[i];
    result[i] = passed[i] ? value : 0;
  }
}
