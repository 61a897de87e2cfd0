#define _GNU_SOURCE
#include "CPlatformWatch.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

_Static_assert(FREEHOLD_EVENT_ATTRIBUTES == IN_ATTRIB, "events");
_Static_assert(FREEHOLD_EVENT_WRITTEN == IN_CLOSE_WRITE, "events");
_Static_assert(FREEHOLD_EVENT_MOVED_FROM == IN_MOVED_FROM, "events");
_Static_assert(FREEHOLD_EVENT_MOVED_TO == IN_MOVED_TO, "events");
_Static_assert(FREEHOLD_EVENT_CREATED == IN_CREATE, "events");
_Static_assert(FREEHOLD_EVENT_DELETED == IN_DELETE, "events");
_Static_assert(FREEHOLD_EVENT_SELF_DELETED == IN_DELETE_SELF, "events");
_Static_assert(FREEHOLD_EVENT_SELF_MOVED == IN_MOVE_SELF, "events");
_Static_assert(FREEHOLD_EVENT_UNMOUNTED == IN_UNMOUNT, "events");
_Static_assert(FREEHOLD_EVENT_OVERFLOW == IN_Q_OVERFLOW, "events");
_Static_assert(FREEHOLD_EVENT_WATCH_ENDED == IN_IGNORED, "events");
_Static_assert(FREEHOLD_EVENT_IS_FOLDER == IN_ISDIR, "events");

int freehold_watch_open(void) {
  int queue = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  return queue < 0 ? -errno : queue;
}

// inotify takes paths only. The link in /proc leads to the opened folder itself, whatever its path
// is by now, so that no exchange of a folder for a link meanwhile leads a watch outside.
int freehold_watch_add(int queue, int folder, uint32_t events) {
  char path[32];
  snprintf(path, sizeof path, "/proc/self/fd/%d", folder);
  int watch = inotify_add_watch(queue, path, events | IN_ONLYDIR | IN_EXCL_UNLINK);
  return watch < 0 ? -errno : watch;
}

int freehold_watch_remove(int queue, int watch) {
  return inotify_rm_watch(queue, watch) < 0 ? -errno : 0;
}

ssize_t freehold_watch_read(int queue, void *buffer, size_t capacity) {
  for (;;) {
    ssize_t filled = read(queue, buffer, capacity);
    if (filled >= 0) return filled;
    if (errno == EAGAIN) return 0;
    if (errno != EINTR) return -errno;
  }
}

int freehold_next_event(
  const void *buffer, size_t filled, size_t *offset, struct freehold_event *event
) {
  struct inotify_event header;
  if (*offset > filled || filled - *offset < sizeof header) return 0;
  const uint8_t *start = (const uint8_t *)buffer + *offset;
  memcpy(&header, start, sizeof header);
  if (header.len > filled - *offset - sizeof header) return 0;
  event->watch = header.wd;
  event->events = header.mask;
  event->name = start + sizeof header;
  // The kernel fills names up with zero bytes.
  event->nameBytes = strnlen((const char *)event->name, header.len);
  *offset += sizeof header + header.len;
  return 1;
}

int freehold_wait_readable(int file, int milliseconds) {
  struct pollfd wanted = {.fd = file, .events = POLLIN};
  for (;;) {
    int ready = poll(&wanted, 1, milliseconds);
    if (ready >= 0) return ready;
    if (errno != EINTR) return -errno;
  }
}
