// What the compiler does not make fast enough in Swift: loops for every instruction set, of which the
// loader chooses the best that the processor has.
#include "Arithmetic.h"
#include "Elementary.h"
#include "MaxPooling.h"
#include "Rectifier.h"
#include "SkinnyProduct.h"
#include "Winograd.h"
