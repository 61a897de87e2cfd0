// The few Linux calls that Swift's Glibc module does not offer or cannot import.
//
// Every call returns its result (0 or more), or the negative errno: -ENOENT, never -1. So Swift
// code never reads errno, which another thread's call on the same carrier could have changed.
// EINTR is retried here. Nothing here allocates memory or keeps state.
#ifndef FREEHOLD_CPLATFORM_H
#define FREEHOLD_CPLATFORM_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "CPlatformFiles.h"
#include "CPlatformWatch.h"

#pragma mark Memory

/// Keeps freed pages of up to 64 MiB in the process: for a server, where speed is worth memory.
/// Call once, before threads start. Sealing 1 MiB buffers is eight times faster after it.
int freehold_keep_pages_for_server(void);
/// The same for pieces up to 8 MiB only, with a bounded remainder: for a client (≤ 120 MiB).
int freehold_keep_pages_for_client(void);

#pragma mark Opening

enum : uint64_t {
  FREEHOLD_RESOLVE_NO_XDEV = 0x01,
  FREEHOLD_RESOLVE_NO_MAGICLINKS = 0x02,
  FREEHOLD_RESOLVE_NO_SYMLINKS = 0x04,
  FREEHOLD_RESOLVE_BENEATH = 0x08,
  FREEHOLD_RESOLVE_IN_ROOT = 0x10,
};

enum : int {
  FREEHOLD_O_PATH = 010000000,
  FREEHOLD_O_TMPFILE = 020200000,
  FREEHOLD_O_NOATIME = 01000000,
  FREEHOLD_AT_EMPTY_PATH = 0x1000,
  FREEHOLD_AT_SYMLINK_NOFOLLOW = 0x100,
  FREEHOLD_AT_REMOVEDIR = 0x200,
  FREEHOLD_SEEK_DATA = 3,
  FREEHOLD_SEEK_HOLE = 4,
};

/// openat2: a descriptor. `resolve` is a sum of FREEHOLD_RESOLVE_… O_CLOEXEC is always added.
int freehold_openat2(int folder, const char *path, int flags, uint32_t mode, uint64_t resolve);

#pragma mark Folders

enum : uint8_t {
  FREEHOLD_TYPE_UNKNOWN = 0,
  FREEHOLD_TYPE_FIFO = 1,
  FREEHOLD_TYPE_CHARACTER_DEVICE = 2,
  FREEHOLD_TYPE_FOLDER = 4,
  FREEHOLD_TYPE_BLOCK_DEVICE = 6,
  FREEHOLD_TYPE_FILE = 8,
  FREEHOLD_TYPE_SYMLINK = 10,
  FREEHOLD_TYPE_SOCKET = 12,
};

/// One name of a folder. `name` points into the buffer given to freehold_getdents64.
struct freehold_entry {
  uint64_t inode;
  const uint8_t *name;
  size_t nameBytes;
  uint8_t type;
};

/// getdents64: the count of bytes put into `buffer`; 0 at the end. Use 32 KiB or more.
ssize_t freehold_getdents64(int folder, void *buffer, size_t capacity);
/// Reads the entry at `*offset` and moves on; 1 when there was one, 0 at the end of the bytes.
/// "." and ".." are given like any other name.
int freehold_next_entry(
  const void *buffer, size_t filled, size_t *offset, struct freehold_entry *entry);

#pragma mark Facts about files

struct freehold_stat {
  uint64_t device;
  uint64_t inode;
  uint64_t sizeBytes;
  uint64_t blocks512;
  uint64_t linkCount;
  uint64_t deviceOfNode;  // st_rdev
  int64_t modifiedSeconds;
  int64_t changedSeconds;
  int64_t bornSeconds;  // 0 when the file system does not tell
  uint32_t modifiedNanoseconds;
  uint32_t changedNanoseconds;
  uint32_t bornNanoseconds;
  uint32_t mode;
  uint32_t user;
  uint32_t group;
};

/// statx without following a last symlink. `path` NULL or "" means the descriptor itself.
int freehold_stat(int folder, const char *path, struct freehold_stat *out);

enum : int64_t {
  FREEHOLD_TIME_NOW = 0x3fffffff,
  FREEHOLD_TIME_OMIT = 0x3ffffffe,
};

/// utimensat of the modification time only, not following a last symlink. `path` NULL or ""
/// means the descriptor itself (also an O_PATH one).
int freehold_set_modified(int folder, const char *path, int64_t seconds, int64_t nanoseconds);
/// fchmod that also takes an O_PATH descriptor (through /proc/self/fd).
int freehold_set_mode(int file, uint32_t mode);

#pragma mark Extended attributes (of a descriptor, an O_PATH one included)

/// The bytes of the value; with capacity 0 only their count. -ENODATA when absent.
ssize_t freehold_get_attribute(int file, const char *name, void *value, size_t capacity);
/// Names, each closed by a zero byte; with capacity 0 only the count of bytes.
ssize_t freehold_list_attributes(int file, char *names, size_t capacity);
int freehold_set_attribute(int file, const char *name, const void *value, size_t valueBytes);
int freehold_remove_attribute(int file, const char *name);

#pragma mark Renaming, linking, locks

enum : uint32_t {
  FREEHOLD_RENAME_REPLACE = 0,
  FREEHOLD_RENAME_NOREPLACE = 1,
  FREEHOLD_RENAME_EXCHANGE = 2,
};

/// renameat2. -EEXIST with NOREPLACE when the target is there; -EINVAL where the file system
/// cannot do it.
int freehold_renameat2(
  int fromFolder, const char *from, int toFolder, const char *to, uint32_t flags);

/// An exclusive flock that does not wait: 0, or -EWOULDBLOCK while another open file holds it.
/// The kernel lets go when the last descriptor of the open file is closed, however that happens.
int freehold_lock(int file);
int freehold_unlock(int file);

#pragma mark Randomness, durability

/// Fills the buffer from the kernel's generator; 0, or a negative errno.
int freehold_random(void *buffer, size_t count);
/// fsync. EINTR is retried, any other failure is final: the caller must not call again.
int freehold_fsync(int file);

#endif
