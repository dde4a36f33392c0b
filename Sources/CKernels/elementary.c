#include "Elementary.h"
#include "Versions.h"
#include <math.h>
#include <stdint.h>
#include <string.h>

// Without branches, so that the compiler handles as many numbers at a time as the processor can.
#define ALWAYS static inline __attribute__((always_inline))

/// 2ⁿ for whole n from −126 to 127.
ALWAYS float power_of_two(int32_t n) {
  const int32_t bits = (n + 127) << 23;
  float result;
  memcpy(&result, &bits, sizeof result);
  return result;
}

/// eˣ = 2ⁿ·eʳ with n whole and |r| ≤ ½ ln 2; eʳ by a polynomial.
/// Coefficients: Moshier, Cephes Mathematical Library, expf.
ALWAYS float exponential(float x) {
  // Beyond these all results are 0 or infinite. NaN is neither larger nor smaller and stays.
  const float high = 89, low = -104;
  const float inside = x > high ? high : x < low ? low : x;
  // Adding 1.5·2²³ rounds to a whole number.
  const float shift = 12582912;
  const float n = inside * 1.44269504088896341f + shift - shift;
  const float r = (inside - n * 0.693359375f) + n * 2.12194440054690583e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  const float e = (p * (r * r) + r) + 1;
  // 2ⁿ in two factors: at the ends it alone would be no float.
  const int32_t whole = n == n ? (int32_t)n : 0;
  const int32_t half = whole >> 1;
  return e * power_of_two(half) * power_of_two(whole - half);
}

VERSIONS void exp_floats(const float *x, float *out, ptrdiff_t count) {
  EACH out[i] = exponential(x[i]);
}

VERSIONS void tanh_floats(const float *x, float *out, ptrdiff_t count) {
  EACH {
    const float value = x[i], size = value < 0 ? -value : value;
    // Near 0 an odd polynomial; elsewhere 1 − 2/(e²ˣ + 1), which is 1 from 10 on.
    // Coefficients: as above, tanhf.
    const float square = size * size;
    float p = -5.70498872745e-3f;
    p = p * square + 2.06390887954e-2f;
    p = p * square - 5.37397155531e-2f;
    p = p * square + 1.33314422036e-1f;
    p = p * square - 3.33332819422e-1f;
    const float near = size + size * square * p;
    const float far = 1 - 2 / (exponential(2 * (size < 10 ? size : 10)) + 1);
    // What is no number fails the comparison and comes through the polynomial.
    const float result = size >= 0.625f ? far : near;
    out[i] = value < 0 ? -result : result;
  }
}

VERSIONS void sigmoid_floats(const float *x, float *out, ptrdiff_t count) {
  EACH {
    // Only exponentials of negative numbers: no overflow at either end.
    const float value = x[i];
    const float e = exponential(value < 0 ? value : -value);
    out[i] = (value < 0 ? e : 1) / (1 + e);
  }
}

// A sum or maximum is taken in so many parts at a time: by itself the compiler may not change its
// order.
enum { PARTS = 32 };

VERSIONS float largest_float(const float *x, ptrdiff_t count) {
  float largest[PARTS];
  int32_t anyNaN[PARTS] = {0};
  for (int j = 0; j < PARTS; j++) largest[j] = x[0];
  ptrdiff_t i = 0;
  for (; i + PARTS <= count; i += PARTS) {
    for (int j = 0; j < PARTS; j++) {
      const float value = x[i + j];
      largest[j] = value > largest[j] ? value : largest[j];
      anyNaN[j] |= value != value;
    }
  }
  for (; i < count; i++) {
    largest[0] = x[i] > largest[0] ? x[i] : largest[0];
    anyNaN[0] |= x[i] != x[i];
  }
  for (int j = 1; j < PARTS; j++) {
    largest[0] = largest[j] > largest[0] ? largest[j] : largest[0];
    anyNaN[0] |= anyNaN[j];
  }
  return anyNaN[0] ? NAN : largest[0];
}

VERSIONS float log_sum_exp_floats(const float *x, ptrdiff_t count) {
  const float largest = largest_float(x, count);
  // A row of −∞ alone would give ∞ − ∞.
  const float shift = isinf(largest) ? 0 : largest;
  float sums[PARTS] = {0};
  ptrdiff_t i = 0;
  for (; i + PARTS <= count; i += PARTS)
    for (int j = 0; j < PARTS; j++) sums[j] += exponential(x[i + j] - shift);
  for (; i < count; i++) sums[0] += exponential(x[i] - shift);
  for (int j = 1; j < PARTS; j++) sums[0] += sums[j];
  return logf(sums[0]) + shift;
}
