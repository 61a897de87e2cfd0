#ifndef FREEHOLD_CPLATFORM_H
#define FREEHOLD_CPLATFORM_H
void freehold_keep_pages(void);
#endif
