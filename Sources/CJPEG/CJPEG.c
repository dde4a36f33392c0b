#include "CJPEG.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>
#include <jerror.h>

struct catcher {
  struct jpeg_error_mgr base;
  jmp_buf escape;
  char *message;
};

static void fail(j_common_ptr info) {
  struct catcher *catcher = (struct catcher *)info->err;
  info->err->format_message(info, catcher->message);
  longjmp(catcher->escape, 1);
}

// libjpeg fills what a cut file lacks with grey and only warns; any warning means damaged pixels,
// except bytes it skipped between two markers.
static void judge_warning(j_common_ptr info, int level) {
  if (level < 0 && info->err->msg_code != JWRN_EXTRANEOUS_DATA) fail(info);
}

cjpeg_result cjpeg_decode(const unsigned char *data, size_t size, size_t pixel_limit,
                          unsigned char **pixels, int *width, int *height, char *message) {
  struct jpeg_decompress_struct info;
  struct catcher catcher;
  unsigned char *volatile rows = NULL;
  info.err = jpeg_std_error(&catcher.base);
  catcher.base.error_exit = fail;
  catcher.base.emit_message = judge_warning;
  catcher.message = message;
  if (setjmp(catcher.escape)) {
    jpeg_destroy_decompress(&info);
    free(rows);
    return CJPEG_ERROR;
  }
  jpeg_create_decompress(&info);
  jpeg_mem_src(&info, data, size);
  jpeg_read_header(&info, TRUE);
  *width = (int)info.image_width;
  *height = (int)info.image_height;
  cjpeg_result refusal = CJPEG_OK;
  if (info.jpeg_color_space == JCS_CMYK || info.jpeg_color_space == JCS_YCCK) refusal = CJPEG_CMYK;
  if ((size_t)info.image_width * info.image_height > pixel_limit) refusal = CJPEG_TOO_LARGE;
  if (refusal != CJPEG_OK) {
    jpeg_destroy_decompress(&info);
    return refusal;
  }
  info.out_color_space = JCS_RGB;
  jpeg_start_decompress(&info);
  size_t stride = (size_t)info.output_width * 3;
  rows = malloc(stride * info.output_height);
  if (!rows) {
    snprintf(message, JMSG_LENGTH_MAX, "not enough memory");
    jpeg_destroy_decompress(&info);
    return CJPEG_ERROR;
  }
  while (info.output_scanline < info.output_height) {
    JSAMPROW row = rows + stride * info.output_scanline;
    jpeg_read_scanlines(&info, &row, 1);
  }
  jpeg_finish_decompress(&info);
  jpeg_destroy_decompress(&info);
  *pixels = rows;
  return CJPEG_OK;
}
