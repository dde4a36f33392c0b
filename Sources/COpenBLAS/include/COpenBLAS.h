// The part of CBLAS that Kernels calls, declared here because the headers' place differs
// between distributions. Source: https://www.openblas.net, cblas.h of version 0.3.21.
#ifndef COPENBLAS_H
#define COPENBLAS_H

enum { BlasRowMajor = 101, BlasNoTranspose = 111, BlasTranspose = 112 };

void cblas_sgemm(int order, int transposeA, int transposeB, int m, int n, int k, float alpha,
                 const float *a, int lda, const float *b, int ldb, float beta, float *c, int ldc);
void cblas_dgemm(int order, int transposeA, int transposeB, int m, int n, int k, double alpha,
                 const double *a, int lda, const double *b, int ldb, double beta, double *c,
                 int ldc);

// The name of the processor core whose kernels OpenBLAS uses, for example "SkylakeX".
char *openblas_get_corename(void);
char *openblas_get_config(void);
void openblas_set_num_threads(int count);
int openblas_get_num_threads(void);

// The core that the start-up code asked OpenBLAS for, or NULL where it left the choice to OpenBLAS.
const char *openblas_requested_core(void);

#endif
