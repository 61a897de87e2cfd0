#include "CPlatform.h"
#include <malloc.h>
void freehold_keep_pages(void) {
  mallopt(M_MMAP_THRESHOLD, 64 << 20);
}
