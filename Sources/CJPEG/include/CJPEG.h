// Decoding of JPEG by libjpeg, whose errors come by longjmp: they are caught here, in C, and
// returned as a message.
#ifndef CJPEG_H
#define CJPEG_H

#include <stddef.h>

typedef enum { CJPEG_OK = 0, CJPEG_ERROR = 1, CJPEG_CMYK = 2, CJPEG_TOO_LARGE = 3 } cjpeg_result;

// Decodes to 8-bit RGB, rows from the top, without gaps. On CJPEG_OK the caller frees `*pixels`.
// A file that ends early is an error. `message` has room for 256 characters. Pictures of more than
// `pixel_limit` pixels are refused before any memory is taken for them; width and height are set.
cjpeg_result cjpeg_decode(const unsigned char *data, size_t size, size_t pixel_limit,
                          unsigned char **pixels, int *width, int *height, char *message);

#endif
