#include "Versions.h"
#include "Winograd.h"
#include <stdlib.h>
#include <string.h>

// Tiles are handled in runs of this many, so that the numbers between the two passes stay in the
// first-level cache.
enum { RUN = 64 };

VERSIONS void winograd_filters(const float *filters, ptrdiff_t count, float *out) {
  for (ptrdiff_t first = 0; first < count; first += RUN) {
    const ptrdiff_t length = smaller(RUN, count - first);
    float g[9][RUN], t[6][3][RUN];
    for (ptrdiff_t i = 0; i < length; i++)
      for (int n = 0; n < 9; n++) g[n][i] = filters[9 * (first + i) + n];
    for (int x = 0; x < 3; x++) {
      for (ptrdiff_t i = 0; i < length; i++) {
        const float a = g[x][i], b = g[3 + x][i], c = g[6 + x][i];
        t[0][x][i] = a / 4;
        t[1][x][i] = -(a + b + c) / 6;
        t[2][x][i] = -(a - b + c) / 6;
        t[3][x][i] = a / 24 + b / 12 + c / 6;
        t[4][x][i] = a / 24 - b / 12 + c / 6;
        t[5][x][i] = c;
      }
    }
    for (int y = 0; y < 6; y++) {
      float *restrict to = out + 6 * y * count + first;
      for (ptrdiff_t i = 0; i < length; i++) {
        const float a = t[y][0][i], b = t[y][1][i], c = t[y][2][i];
        to[i] = a / 4;
        to[count + i] = -(a + b + c) / 6;
        to[2 * count + i] = -(a - b + c) / 6;
        to[3 * count + i] = a / 24 + b / 12 + c / 6;
        to[4 * count + i] = a / 24 - b / 12 + c / 6;
        to[5 * count + i] = c;
      }
    }
  }
}

VERSIONS void winograd_input(
    const float *plane, ptrdiff_t height, ptrdiff_t width, ptrdiff_t first_row, ptrdiff_t rows,
    float *out, ptrdiff_t stride) {
  const ptrdiff_t tiles = (width + 3) / 4;
  for (ptrdiff_t row = 0; row < rows; row++) {
    for (ptrdiff_t first = 0; first < tiles; first += RUN) {
      const ptrdiff_t count = smaller(RUN, tiles - first);
      // The six input rows below a row of tiles, from one pixel left of the run on; zero outside.
      float d[6][4 * RUN + 2], t[6][4 * RUN + 2];
      const ptrdiff_t left = 4 * first - 1, length = 4 * count + 2;
      for (int r = 0; r < 6; r++) {
        const ptrdiff_t y = 4 * (first_row + row) - 1 + r;
        if (y < 0 || y >= height) {
          memset(d[r], 0, length * sizeof(float));
          continue;
        }
        const ptrdiff_t from = left < 0 ? 1 : 0, to = smaller(length, width - left);
        if (from) d[r][0] = 0;
        memcpy(d[r] + from, plane + y * width + left + from, (to - from) * sizeof(float));
        memset(d[r] + to, 0, (length - to) * sizeof(float));
      }
      for (ptrdiff_t x = 0; x < length; x++) {
        const float a = d[0][x], b = d[1][x], c = d[2][x], e = d[3][x], f = d[4][x], g = d[5][x];
        t[0][x] = 4 * a - 5 * c + f;
        t[1][x] = (f - 4 * c) + (e - 4 * b);
        t[2][x] = (f - 4 * c) - (e - 4 * b);
        t[3][x] = (f - c) + 2 * (e - b);
        t[4][x] = (f - c) - 2 * (e - b);
        t[5][x] = 4 * b - 5 * e + g;
      }
      for (int y = 0; y < 6; y++) {
        const float *restrict s = t[y];
        float *restrict to = out + 6 * y * stride + row * tiles + first;
        for (ptrdiff_t i = 0; i < count; i++) {
          const float a = s[4 * i], b = s[4 * i + 1], c = s[4 * i + 2], e = s[4 * i + 3],
                      f = s[4 * i + 4], g = s[4 * i + 5];
          to[i] = 4 * a - 5 * c + f;
          to[stride + i] = (f - 4 * c) + (e - 4 * b);
          to[2 * stride + i] = (f - 4 * c) - (e - 4 * b);
          to[3 * stride + i] = (f - c) + 2 * (e - b);
          to[4 * stride + i] = (f - c) - 2 * (e - b);
          to[5 * stride + i] = 4 * b - 5 * e + g;
        }
      }
    }
  }
}

VERSIONS void winograd_output(
    const float *in, ptrdiff_t stride, float bias, float *plane, ptrdiff_t height,
    ptrdiff_t width, ptrdiff_t first_row, ptrdiff_t rows) {
  const ptrdiff_t tiles = (width + 3) / 4;
  for (ptrdiff_t row = 0; row < rows; row++) {
    for (ptrdiff_t first = 0; first < tiles; first += RUN) {
      const ptrdiff_t count = smaller(RUN, tiles - first);
      float t[4][6][RUN], y[4][4 * RUN];
      for (int x = 0; x < 6; x++) {
        const float *restrict s = in + x * stride + row * tiles + first;
        for (ptrdiff_t i = 0; i < count; i++) {
          const float a = s[i], b = s[6 * stride + i], c = s[12 * stride + i],
                      e = s[18 * stride + i], f = s[24 * stride + i], g = s[30 * stride + i];
          t[0][x][i] = a + (b + c) + (e + f);
          t[1][x][i] = (b - c) + 2 * (e - f);
          t[2][x][i] = (b + c) + 4 * (e + f);
          t[3][x][i] = (b - c) + 8 * (e - f) + g;
        }
      }
      for (int r = 0; r < 4; r++) {
        for (ptrdiff_t i = 0; i < count; i++) {
          const float a = t[r][0][i], b = t[r][1][i], c = t[r][2][i], e = t[r][3][i],
                      f = t[r][4][i], g = t[r][5][i];
          const float p = a + (b + c) + (e + f) + bias, q = (b - c) + 2 * (e - f) + bias,
                      u = (b + c) + 4 * (e + f) + bias, v = (b - c) + 8 * (e - f) + g + bias;
          y[r][4 * i] = p < 0 ? 0 : p;
          y[r][4 * i + 1] = q < 0 ? 0 : q;
          y[r][4 * i + 2] = u < 0 ? 0 : u;
          y[r][4 * i + 3] = v < 0 ? 0 : v;
        }
      }
      const ptrdiff_t top = 4 * (first_row + row), length = smaller(4 * count, width - 4 * first);
      for (ptrdiff_t r = 0; r < smaller(4, height - top); r++)
        memcpy(plane + (top + r) * width + 4 * first, y[r], length * sizeof(float));
    }
  }
}

VERSIONS void winograd_output_gradient(
    const float *gradient, const bool *passed, ptrdiff_t height, ptrdiff_t width,
    ptrdiff_t first_row, ptrdiff_t rows, float *out, ptrdiff_t stride) {
  const ptrdiff_t tiles = (width + 3) / 4;
  for (ptrdiff_t row = 0; row < rows; row++) {
    for (ptrdiff_t first = 0; first < tiles; first += RUN) {
      const ptrdiff_t count = smaller(RUN, tiles - first);
      const ptrdiff_t length = smaller(4 * count, width - 4 * first);
      float d[4][4 * RUN], t[6][4 * RUN];
      for (int r = 0; r < 4; r++) {
        const ptrdiff_t y = 4 * (first_row + row) + r;
        const ptrdiff_t known = y < height ? length : 0;
        const float *restrict from = gradient + y * width + 4 * first;
        const bool *restrict open = passed + y * width + 4 * first;
        for (ptrdiff_t x = 0; x < known; x++) {
          const float value = from[x];
          d[r][x] = open[x] ? value : 0;
        }
        memset(d[r] + known, 0, (4 * count - known) * sizeof(float));
      }
      for (ptrdiff_t x = 0; x < 4 * count; x++) {
        const float a = d[0][x], b = d[1][x], c = d[2][x], e = d[3][x];
        t[0][x] = a;
        t[1][x] = (a + c) + (b + e);
        t[2][x] = (a + c) - (b + e);
        t[3][x] = (a + 4 * c) + (2 * b + 8 * e);
        t[4][x] = (a + 4 * c) - (2 * b + 8 * e);
        t[5][x] = e;
      }
      for (int y = 0; y < 6; y++) {
        const float *restrict s = t[y];
        float *restrict to = out + 6 * y * stride + row * tiles + first;
        for (ptrdiff_t i = 0; i < count; i++) {
          const float a = s[4 * i], b = s[4 * i + 1], c = s[4 * i + 2], e = s[4 * i + 3];
          to[i] = a;
          to[stride + i] = (a + c) + (b + e);
          to[2 * stride + i] = (a + c) - (b + e);
          to[3 * stride + i] = (a + 4 * c) + (2 * b + 8 * e);
          to[4 * stride + i] = (a + 4 * c) - (2 * b + 8 * e);
          to[5 * stride + i] = e;
        }
      }
    }
  }
}

VERSIONS void winograd_input_gradient(
    const float *in, ptrdiff_t stride, float *plane, ptrdiff_t height, ptrdiff_t width,
    ptrdiff_t first_row, ptrdiff_t rows) {
  const ptrdiff_t tiles = (width + 3) / 4;
  for (ptrdiff_t row = 0; row < rows; row++) {
    for (ptrdiff_t first = 0; first < tiles; first += RUN) {
      const ptrdiff_t count = smaller(RUN, tiles - first);
      float t[6][6][RUN], d[6][4 * RUN + 2];
      for (int x = 0; x < 6; x++) {
        const float *restrict s = in + x * stride + row * tiles + first;
        for (ptrdiff_t i = 0; i < count; i++) {
          const float a = s[i], b = s[6 * stride + i], c = s[12 * stride + i],
                      e = s[18 * stride + i], f = s[24 * stride + i], g = s[30 * stride + i];
          t[0][x][i] = 4 * a;
          t[1][x][i] = 4 * (c - b) + 2 * (f - e) + 4 * g;
          t[2][x][i] = -5 * a - 4 * (b + c) - (e + f);
          t[3][x][i] = (b - c) + 2 * (e - f) - 5 * g;
          t[4][x][i] = a + (b + c) + (e + f);
          t[5][x][i] = g;
        }
      }
      for (int r = 0; r < 6; r++) {
        // What reaches into the next tile, one place later.
        float fifth[RUN + 1], sixth[RUN + 1];
        fifth[0] = sixth[0] = 0;
        for (ptrdiff_t i = 0; i < count; i++) {
          const float a = t[r][0][i], b = t[r][1][i], c = t[r][2][i], e = t[r][3][i],
                      f = t[r][4][i], g = t[r][5][i];
          fifth[i + 1] = a + (b + c) + (e + f);
          sixth[i + 1] = g;
        }
        for (ptrdiff_t i = 0; i < count; i++) {
          const float a = t[r][0][i], b = t[r][1][i], c = t[r][2][i], e = t[r][3][i],
                      f = t[r][4][i], g = t[r][5][i];
          d[r][4 * i] = 4 * a + fifth[i];
          d[r][4 * i + 1] = 4 * (c - b) + 2 * (f - e) + 4 * g + sixth[i];
          d[r][4 * i + 2] = -5 * a - 4 * (b + c) - (e + f);
          d[r][4 * i + 3] = (b - c) + 2 * (e - f) - 5 * g;
        }
        d[r][4 * count] = fifth[count];
        d[r][4 * count + 1] = sixth[count];
      }
      const ptrdiff_t left = 4 * first - 1, from = left < 0 ? 1 : 0,
                      to = smaller(4 * count + 2, width - left);
      for (int r = 0; r < 6; r++) {
        const ptrdiff_t y = 4 * (first_row + row) - 1 + r;
        if (y < 0 || y >= height) continue;
        float *restrict target = plane + y * width + left;
        for (ptrdiff_t x = from; x < to; x++) target[x] += d[r][x];
      }
    }
  }
}
