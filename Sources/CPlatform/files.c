#define _GNU_SOURCE
#include "CPlatformFiles.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

_Static_assert(FREEHOLD_ADVICE_SEQUENTIAL == POSIX_FADV_SEQUENTIAL, "advice");
_Static_assert(FREEHOLD_ADVICE_DONE == POSIX_FADV_DONTNEED, "advice");
_Static_assert(sizeof(off_t) == sizeof(int64_t), "file offsets have 64 bits");

/// The value of an expression, called again while it fails with EINTR; a failure as -errno.
#define RESULT(expression)                        \
  ({                                              \
    __typeof__(expression) result_;               \
    do {                                          \
      result_ = (expression);                     \
    } while (result_ < 0 && errno == EINTR);      \
    result_ < 0 ? -(__typeof__(result_))errno : result_; \
  })

int freehold_openat(int folder, const char *path, int flags, uint32_t mode) {
  return RESULT(openat(folder, path, flags | O_CLOEXEC, (mode_t)mode));
}

int freehold_close(int file) { return close(file) < 0 ? -errno : 0; }

int freehold_make_folder(int folder, const char *name, uint32_t mode) {
  return RESULT(mkdirat(folder, name, (mode_t)mode));
}

int freehold_unlink(int folder, const char *name, int flags) {
  return RESULT(unlinkat(folder, name, flags));
}

int freehold_make_symlink(const char *target, int folder, const char *name) {
  return RESULT(symlinkat(target, folder, name));
}

int freehold_make_link(int fromFolder, const char *from, int toFolder, const char *to) {
  return RESULT(linkat(fromFolder, from, toFolder, to, 0));
}

ssize_t freehold_read_link(int folder, const char *name, char *target, size_t capacity) {
  return RESULT(readlinkat(folder, name, target, capacity));
}

int freehold_set_owner(int file, uint32_t user, uint32_t group) {
  return RESULT(fchown(file, (uid_t)user, (gid_t)group));
}

ssize_t freehold_pread(int file, void *buffer, size_t capacity, int64_t offset) {
  return RESULT(pread(file, buffer, capacity, offset));
}

ssize_t freehold_pwrite(int file, const void *bytes, size_t count, int64_t offset) {
  return RESULT(pwrite(file, bytes, count, offset));
}

int freehold_truncate(int file, int64_t sizeBytes) { return RESULT(ftruncate(file, sizeBytes)); }

int64_t freehold_seek(int file, int64_t offset, int whence) {
  return RESULT((int64_t)lseek(file, offset, whence));
}

int freehold_advise(int file, int64_t offset, int64_t bytes, int advice) {
  return -posix_fadvise(file, offset, bytes, advice);
}

int freehold_sync_file_system(int file) { return RESULT(syncfs(file)); }

// The first byte is zero and every byte equals the one before it.
int freehold_is_zero(const void *bytes, size_t count) {
  const unsigned char *first = bytes;
  return count == 0 || (first[0] == 0 && memcmp(first, first + 1, count - 1) == 0);
}

ssize_t freehold_list_attributes_at(int folder, const char *name, char *names, size_t capacity) {
  char path[32 + 256];
  int length = snprintf(path, sizeof path, "/proc/self/fd/%d/%s", folder, name);
  if (length < 0 || (size_t)length >= sizeof path) return -ENAMETOOLONG;
  return RESULT(llistxattr(path, names, capacity));
}
