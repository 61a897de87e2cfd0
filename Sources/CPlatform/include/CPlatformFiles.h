// What a program that keeps a folder in step needs beside CPlatform.h: plain file calls that
// answer a negative errno like the rest, so that Swift never reads errno.
#ifndef FREEHOLD_CPLATFORM_FILES_H
#define FREEHOLD_CPLATFORM_FILES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// openat with O_CLOEXEC, for kernels without openat2: the caller adds O_NOFOLLOW.
int freehold_openat(int folder, const char *path, int flags, uint32_t mode);
/// close. The descriptor is gone whatever the result says.
int freehold_close(int file);

int freehold_make_folder(int folder, const char *name, uint32_t mode);
/// unlinkat; flags is 0 or FREEHOLD_AT_REMOVEDIR.
int freehold_unlink(int folder, const char *name, int flags);
int freehold_make_symlink(const char *target, int folder, const char *name);
/// linkat without following: a hard link to a symlink links the symlink.
int freehold_make_link(int fromFolder, const char *from, int toFolder, const char *to);
/// The bytes of a symlink's target, not closed by a zero byte.
ssize_t freehold_read_link(int folder, const char *name, char *target, size_t capacity);
/// Changes user and group of an open file; the kernel may clear set-id bits.
int freehold_set_owner(int file, uint32_t user, uint32_t group);

ssize_t freehold_pread(int file, void *buffer, size_t capacity, int64_t offset);
ssize_t freehold_pwrite(int file, const void *bytes, size_t count, int64_t offset);
int freehold_truncate(int file, int64_t sizeBytes);
/// lseek with FREEHOLD_SEEK_DATA or FREEHOLD_SEEK_HOLE; -ENXIO past the last data.
int64_t freehold_seek(int file, int64_t offset, int whence);

enum : int { FREEHOLD_ADVICE_SEQUENTIAL = 2, FREEHOLD_ADVICE_DONE = 4 };
/// posix_fadvise over the range; its failure never matters.
int freehold_advise(int file, int64_t offset, int64_t bytes, int advice);
/// Writes everything pending of the file system that holds the descriptor.
int freehold_sync_file_system(int file);

/// 1 when all bytes are zero.
int freehold_is_zero(const void *bytes, size_t count);

/// Names of extended attributes of a symlink or any name in a folder, not followed.
ssize_t freehold_list_attributes_at(int folder, const char *name, char *names, size_t capacity);

#endif
