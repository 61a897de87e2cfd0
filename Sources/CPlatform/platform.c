#define _GNU_SOURCE
#include "CPlatform.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

_Static_assert(FREEHOLD_RESOLVE_NO_XDEV == RESOLVE_NO_XDEV, "resolve");
_Static_assert(FREEHOLD_RESOLVE_NO_MAGICLINKS == RESOLVE_NO_MAGICLINKS, "resolve");
_Static_assert(FREEHOLD_RESOLVE_NO_SYMLINKS == RESOLVE_NO_SYMLINKS, "resolve");
_Static_assert(FREEHOLD_RESOLVE_BENEATH == RESOLVE_BENEATH, "resolve");
_Static_assert(FREEHOLD_RESOLVE_IN_ROOT == RESOLVE_IN_ROOT, "resolve");
_Static_assert(FREEHOLD_O_PATH == O_PATH, "flags");
_Static_assert(FREEHOLD_O_TMPFILE == O_TMPFILE, "flags");
_Static_assert(FREEHOLD_O_NOATIME == O_NOATIME, "flags");
_Static_assert(FREEHOLD_AT_EMPTY_PATH == AT_EMPTY_PATH, "flags");
_Static_assert(FREEHOLD_AT_SYMLINK_NOFOLLOW == AT_SYMLINK_NOFOLLOW, "flags");
_Static_assert(FREEHOLD_AT_REMOVEDIR == AT_REMOVEDIR, "flags");
_Static_assert(FREEHOLD_SEEK_DATA == SEEK_DATA && FREEHOLD_SEEK_HOLE == SEEK_HOLE, "seek");
_Static_assert(FREEHOLD_TIME_NOW == UTIME_NOW && FREEHOLD_TIME_OMIT == UTIME_OMIT, "time");
_Static_assert(FREEHOLD_TYPE_FOLDER == DT_DIR && FREEHOLD_TYPE_FILE == DT_REG, "type");
_Static_assert(FREEHOLD_TYPE_SYMLINK == DT_LNK && FREEHOLD_TYPE_SOCKET == DT_SOCK, "type");
_Static_assert(FREEHOLD_RENAME_NOREPLACE == RENAME_NOREPLACE, "rename");
_Static_assert(FREEHOLD_RENAME_EXCHANGE == RENAME_EXCHANGE, "rename");

/// The value of an expression, called again while it fails with EINTR; a failure as -errno.
#define RESULT(expression)                        \
  ({                                              \
    __typeof__(expression) result_;               \
    do {                                          \
      result_ = (expression);                     \
    } while (result_ < 0 && errno == EINTR);      \
    result_ < 0 ? -(__typeof__(result_))errno : result_; \
  })

enum { MEBIBYTE = 1 << 20 };

// mallopt answers 1 when it took the value. Older C libraries refuse a threshold over 32 MiB.
int freehold_keep_pages_for_server(void) {
  int taken = mallopt(M_MMAP_THRESHOLD, 64 * MEBIBYTE);
  if (!taken) taken = mallopt(M_MMAP_THRESHOLD, 32 * MEBIBYTE);
  return taken && mallopt(M_TRIM_THRESHOLD, 512 * MEBIBYTE) && mallopt(M_TOP_PAD, 64 * MEBIBYTE)
    ? 0 : -EINVAL;
}

// The largest chunk is 4 MiB and its sealed copy a little more; packs (16 MiB) are few and may
// be mapped each time. Few arenas, because each keeps its own remainder.
int freehold_keep_pages_for_client(void) {
  return mallopt(M_MMAP_THRESHOLD, 8 * MEBIBYTE) && mallopt(M_TRIM_THRESHOLD, 16 * MEBIBYTE)
      && mallopt(M_TOP_PAD, 2 * MEBIBYTE) && mallopt(M_ARENA_MAX, 3)
    ? 0 : -EINVAL;
}

int freehold_openat2(int folder, const char *path, int flags, uint32_t mode, uint64_t resolve) {
  // openat2, unlike openat, refuses a mode where nothing is made.
  int makes = (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE;
  struct open_how how = {
    .flags = (uint64_t)(uint32_t)(flags | O_CLOEXEC),
    .mode = makes ? mode : 0,
    .resolve = resolve,
  };
  int retries = 0;
  for (;;) {
    long result = syscall(SYS_openat2, folder, path, &how, sizeof how);
    if (result >= 0) return (int)result;
    // EAGAIN: a rename ran meanwhile, so the kernel could not prove that ".." stays beneath.
    if (errno == EINTR || (errno == EAGAIN && retries++ < 64)) continue;
    return -errno;
  }
}

ssize_t freehold_getdents64(int folder, void *buffer, size_t capacity) {
  return RESULT((ssize_t)syscall(SYS_getdents64, folder, buffer, capacity));
}

int freehold_next_entry(
  const void *buffer, size_t filled, size_t *offset, struct freehold_entry *entry
) {
  const size_t header = offsetof(struct dirent64, d_name);
  if (*offset > filled || filled - *offset <= header) return 0;
  const struct dirent64 *raw = (const void *)((const char *)buffer + *offset);
  if (raw->d_reclen <= header || raw->d_reclen > filled - *offset) return 0;
  entry->inode = raw->d_ino;
  entry->name = (const uint8_t *)raw->d_name;
  entry->nameBytes = strnlen(raw->d_name, raw->d_reclen - header);
  entry->type = raw->d_type;
  *offset += raw->d_reclen;
  return 1;
}

static uint64_t device_number(uint32_t major, uint32_t minor) {
  return ((uint64_t)major << 32) | minor;
}

int freehold_stat(int folder, const char *path, struct freehold_stat *out) {
  struct statx x;
  int result = RESULT(statx(
    folder, path ? path : "", AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH,
    STATX_BASIC_STATS | STATX_BTIME, &x));
  if (result < 0) return result;
  int born = (x.stx_mask & STATX_BTIME) != 0;
  *out = (struct freehold_stat){
    .device = device_number(x.stx_dev_major, x.stx_dev_minor),
    .inode = x.stx_ino,
    .sizeBytes = x.stx_size,
    .blocks512 = x.stx_blocks,
    .linkCount = x.stx_nlink,
    .deviceOfNode = device_number(x.stx_rdev_major, x.stx_rdev_minor),
    .modifiedSeconds = x.stx_mtime.tv_sec,
    .changedSeconds = x.stx_ctime.tv_sec,
    .bornSeconds = born ? x.stx_btime.tv_sec : 0,
    .modifiedNanoseconds = x.stx_mtime.tv_nsec,
    .changedNanoseconds = x.stx_ctime.tv_nsec,
    .bornNanoseconds = born ? x.stx_btime.tv_nsec : 0,
    .mode = x.stx_mode,
    .user = x.stx_uid,
    .group = x.stx_gid,
  };
  return 0;
}

/// /proc/self/fd/N names what the descriptor N has open, whatever its path is by now.
struct descriptor_path { char text[32]; };

static struct descriptor_path path_of(int file) {
  struct descriptor_path path;
  snprintf(path.text, sizeof path.text, "/proc/self/fd/%d", file);
  return path;
}

int freehold_set_modified(int folder, const char *path, int64_t seconds, int64_t nanoseconds) {
  struct timespec times[2] = {
    {.tv_sec = 0, .tv_nsec = UTIME_OMIT},
    {.tv_sec = seconds, .tv_nsec = nanoseconds},
  };
  if (path && path[0]) return RESULT(utimensat(folder, path, times, AT_SYMLINK_NOFOLLOW));
  int result = RESULT(futimens(folder, times));
  if (result != -EBADF) return result;
  // The link in /proc leads to the opened thing itself, also when that is a symlink.
  return RESULT(utimensat(AT_FDCWD, path_of(folder).text, times, 0));
}

int freehold_set_mode(int file, uint32_t mode) {
  int result = RESULT(fchmod(file, mode));
  return result == -EBADF ? RESULT(chmod(path_of(file).text, mode)) : result;
}

ssize_t freehold_get_attribute(int file, const char *name, void *value, size_t capacity) {
  ssize_t result = RESULT(fgetxattr(file, name, value, capacity));
  return result == -EBADF
    ? RESULT(getxattr(path_of(file).text, name, value, capacity)) : result;
}

ssize_t freehold_list_attributes(int file, char *names, size_t capacity) {
  ssize_t result = RESULT(flistxattr(file, names, capacity));
  return result == -EBADF ? RESULT(listxattr(path_of(file).text, names, capacity)) : result;
}

int freehold_set_attribute(int file, const char *name, const void *value, size_t valueBytes) {
  int result = RESULT(fsetxattr(file, name, value, valueBytes, 0));
  return result == -EBADF
    ? RESULT(setxattr(path_of(file).text, name, value, valueBytes, 0)) : result;
}

int freehold_remove_attribute(int file, const char *name) {
  int result = RESULT(fremovexattr(file, name));
  return result == -EBADF ? RESULT(removexattr(path_of(file).text, name)) : result;
}

int freehold_renameat2(
  int fromFolder, const char *from, int toFolder, const char *to, uint32_t flags
) {
  return RESULT(renameat2(fromFolder, from, toFolder, to, flags));
}

int freehold_lock(int file) { return RESULT(flock(file, LOCK_EX | LOCK_NB)); }

int freehold_unlock(int file) { return RESULT(flock(file, LOCK_UN)); }

int freehold_random(void *buffer, size_t count) {
  uint8_t *next = buffer;
  while (count > 0) {
    ssize_t got = RESULT(getrandom(next, count, 0));
    if (got < 0) return (int)got;
    next += got;
    count -= (size_t)got;
  }
  return 0;
}

int freehold_fsync(int file) { return RESULT(fsync(file)); }
