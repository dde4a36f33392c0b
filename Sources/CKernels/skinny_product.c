#include "SkinnyProduct.h"

#if defined(__x86_64__)

#define WIDE __attribute__((target("avx512f")))
#define WIDE_INLINE static inline __attribute__((always_inline, target("avx512f")))

// Sixteen floats, wherever they stand.
typedef float floats __attribute__((vector_size(64), aligned(4)));
enum { LANES = 16, COLUMNS = 4, ROWS = 6 };

bool has_skinny_products(void) {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx512f");
}

/// `rows` rows by COLUMNS·LANES columns, which stay in registers: `rows` must be known to the compiler.
WIDE_INLINE void block(
    int rows, const float *a, ptrdiff_t stride_a, const float *b, ptrdiff_t stride_b, float *c,
    ptrdiff_t stride_c, ptrdiff_t k, bool adding) {
  floats sum[ROWS][COLUMNS] = {0};
  for (ptrdiff_t i = 0; i < k; i++) {
    const floats *const row = (const floats *)(b + i * stride_b);
    for (int r = 0; r < rows; r++)
      for (int q = 0; q < COLUMNS; q++) sum[r][q] += a[r * stride_a + i] * row[q];
  }
  for (int r = 0; r < rows; r++) {
    floats *const to = (floats *)(c + r * stride_c);
    for (int q = 0; q < COLUMNS; q++) to[q] = adding ? to[q] + sum[r][q] : sum[r][q];
  }
}

/// `rows` rows by COLUMNS columns of a product with a transposed matrix.
WIDE_INLINE void transposed_block(
    int rows, const float *a, ptrdiff_t stride_a, const float *b, ptrdiff_t stride_b, float *c,
    ptrdiff_t stride_c, ptrdiff_t k, bool adding) {
  floats sum[ROWS][COLUMNS] = {0};
  for (ptrdiff_t i = 0; i < k; i += LANES)
    for (int r = 0; r < rows; r++)
      for (int q = 0; q < COLUMNS; q++)
        sum[r][q] += *(const floats *)(a + r * stride_a + i) * *(const floats *)(b + q * stride_b + i);
  for (int r = 0; r < rows; r++) {
    for (int q = 0; q < COLUMNS; q++) {
      float total = 0;
      for (int lane = 0; lane < LANES; lane++) total += sum[r][q][lane];
      c[r * stride_c + q] = adding ? c[r * stride_c + q] + total : total;
    }
  }
}

// The number of rows as a constant.
#define FOR_ROWS(function, rows, ...)              \
  switch (rows) {                                  \
    case 1: function(1, __VA_ARGS__); break;       \
    case 2: function(2, __VA_ARGS__); break;       \
    case 3: function(3, __VA_ARGS__); break;       \
    case 4: function(4, __VA_ARGS__); break;       \
    case 5: function(5, __VA_ARGS__); break;       \
    default: function(6, __VA_ARGS__); break;      \
  }

/// As few blocks of at most ROWS rows as there can be, of equal size but for one row.
static inline ptrdiff_t block_end(ptrdiff_t m, ptrdiff_t index) {
  const ptrdiff_t blocks = (m + ROWS - 1) / ROWS;
  return m * (index + 1) / blocks;
}

WIDE void skinny_product(
    const float *a, ptrdiff_t stride_a, const float *b, ptrdiff_t stride_b, float *c,
    ptrdiff_t stride_c, ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, bool adding) {
  for (ptrdiff_t column = 0; column < n; column += COLUMNS * LANES)
    for (ptrdiff_t first = 0, index = 0; first < m; index++) {
      const ptrdiff_t end = block_end(m, index);
      FOR_ROWS(
          block, end - first, a + first * stride_a, stride_a, b + column, stride_b,
          c + first * stride_c + column, stride_c, k, adding)
      first = end;
    }
}

WIDE void skinny_product_transposed(
    const float *a, ptrdiff_t stride_a, const float *b, ptrdiff_t stride_b, float *c,
    ptrdiff_t stride_c, ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, bool adding) {
  for (ptrdiff_t column = 0; column < n; column += COLUMNS)
    for (ptrdiff_t first = 0, index = 0; first < m; index++) {
      const ptrdiff_t end = block_end(m, index);
      FOR_ROWS(
          transposed_block, end - first, a + first * stride_a, stride_a, b + column * stride_b,
          stride_b, c + first * stride_c + column, stride_c, k, adding)
      first = end;
    }
}

#else

bool has_skinny_products(void) { return false; }

void skinny_product(
    const float *a, ptrdiff_t stride_a, const float *b, ptrdiff_t stride_b, float *c,
    ptrdiff_t stride_c, ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, bool adding) {}

void skinny_product_transposed(
    const float *a, ptrdiff_t stride_a, const float *b, ptrdiff_t stride_b, float *c,
    ptrdiff_t stride_c, ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, bool adding) {}

#endif
