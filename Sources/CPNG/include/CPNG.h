// The part of libpng's simplified interface (png.h, PNG 1.6) that Images uses. It reports errors by
// return value and message: no longjmp crosses Swift frames.
#ifndef CPNG_H
#define CPNG_H

#include <png.h>
#include <string.h>

// The constants of png.h that are expressions, which Swift does not import.
static inline png_image cpng_image(void) {
  png_image image;
  memset(&image, 0, sizeof image);
  image.version = PNG_IMAGE_VERSION;
  return image;
}
static inline png_uint_32 cpng_format_rgb(void) { return PNG_FORMAT_RGB; }
static inline png_uint_32 cpng_format_rgba(void) { return PNG_FORMAT_RGBA; }
static inline png_uint_32 cpng_flag_16bit_srgb(void) { return PNG_IMAGE_FLAG_16BIT_sRGB; }

#endif
