// What a program that waits for changes in folders needs: inotify, and waiting for a descriptor.
// Like the rest, every call answers a negative errno, so that Swift never reads errno.
#ifndef FREEHOLD_CPLATFORM_WATCH_H
#define FREEHOLD_CPLATFORM_WATCH_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum : uint32_t {
  FREEHOLD_EVENT_ATTRIBUTES = 0x00000004,
  FREEHOLD_EVENT_WRITTEN = 0x00000008,  // closed after writing
  FREEHOLD_EVENT_MOVED_FROM = 0x00000040,
  FREEHOLD_EVENT_MOVED_TO = 0x00000080,
  FREEHOLD_EVENT_CREATED = 0x00000100,
  FREEHOLD_EVENT_DELETED = 0x00000200,
  FREEHOLD_EVENT_SELF_DELETED = 0x00000400,
  FREEHOLD_EVENT_SELF_MOVED = 0x00000800,
  FREEHOLD_EVENT_UNMOUNTED = 0x00002000,
  FREEHOLD_EVENT_OVERFLOW = 0x00004000,
  FREEHOLD_EVENT_WATCH_ENDED = 0x00008000,
  FREEHOLD_EVENT_IS_FOLDER = 0x40000000,
};

/// A queue of events: a descriptor that does not block and is closed by exec.
int freehold_watch_open(void);
/// Watches an open folder (one opened with O_PATH will do): a number above 0, the same for the
/// same folder. -ENOSPC when the user's watches are used up.
int freehold_watch_add(int queue, int folder, uint32_t events);
/// Ends a watch; what is queued of it still comes.
int freehold_watch_remove(int queue, int watch);

/// One event. `name` points into the buffer that was read; nameBytes is 0 for the folder itself.
struct freehold_event {
  int32_t watch;
  uint32_t events;
  const uint8_t *name;
  size_t nameBytes;
};

/// Reads events without waiting: the count of bytes; 0 when there are none. Use 8 KiB or more,
/// aligned for 32-bit numbers.
ssize_t freehold_watch_read(int queue, void *buffer, size_t capacity);
/// Takes the event at `*offset` apart and moves on; 1 when there was one, 0 at the end.
int freehold_next_event(
  const void *buffer, size_t filled, size_t *offset, struct freehold_event *event);

/// Waits until a descriptor can be read, for at most so many milliseconds (-1: without end): 1, or
/// 0 when the time is over. A signal does not end the wait.
int freehold_wait_readable(int file, int milliseconds);

#endif
