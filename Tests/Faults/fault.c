// Stands between a program and the C library (LD_PRELOAD) and makes one of its calls go wrong.
//
// Calls that change a file, or send on a socket, are counted over all threads, so that "the n-th
// call" is one place in one run. Nothing else is touched; the calls themselves are the real ones.
//
//   FAULT_AT=n        which call; 0 or nothing: none, only FAULT_LOG is written
//   FAULT_DO=kill     SIGKILL instead of the call
//            tear     write FAULT_KEEP bytes of it (-1: all but one), then SIGKILL
//            fail     the call fails with FAULT_ERRNO; FAULT_FOR=on: every later one, too
//   FAULT_CALLS=a,b   only these (fsync,fdatasync,…); "read" counts pread and read instead
//   FAULT_PATH=text   only where the file's path contains this
//   FAULT_FILES=1     no sockets
//   FAULT_LOG=file    one line for each counted call: number, name, path
//   FAULT_ALL=1       other calls on files are in it as well, with the number 0
//
// gcc -O2 -shared -fPIC -o fault.so fault.c -ldl
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/xattr.h>
#include <unistd.h>

enum { PASS, FAIL };
static long count, at, keep;
static int number = EIO, ever, files_only, log_all, log_file = -1;
static char mode, calls[512], wanted[512];

__attribute__((constructor)) static void begin(void) {
  const char *text;
  if ((text = getenv("FAULT_AT"))) at = atol(text);
  if ((text = getenv("FAULT_DO"))) mode = text[0];
  if ((text = getenv("FAULT_KEEP"))) keep = atol(text);
  if ((text = getenv("FAULT_ERRNO"))) number = atoi(text);
  if ((text = getenv("FAULT_FOR"))) ever = text[0] == 'o' && text[1] == 'n' && !text[2];
  if ((text = getenv("FAULT_FILES"))) files_only = text[0] == '1';
  if ((text = getenv("FAULT_CALLS"))) snprintf(calls, sizeof calls, ",%s,", text);
  if ((text = getenv("FAULT_PATH"))) snprintf(wanted, sizeof wanted, "%s", text);
  if ((text = getenv("FAULT_ALL"))) log_all = text[0] == '1';
  if ((text = getenv("FAULT_LOG")))
    log_file = syscall(SYS_openat, AT_FDCWD, text, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static int counts(const char *name, const char *path) {
  char call[64];
  snprintf(call, sizeof call, ",%s,", name);
  if (calls[0] ? !strstr(calls, call) : !strcmp(name, "read")) return 0;
  int is_file = path[0] == '/' && strncmp(path, "/dev/", 5) && strncmp(path, "/proc/", 6);
  int is_socket = !strncmp(path, "socket:", 7);
  if (!is_file && (!is_socket || files_only)) return 0;
  return !wanted[0] || strstr(path, wanted);
}

static void note(long mine, const char *name, const char *path) {
  char line[4500];
  int size = snprintf(line, sizeof line, "%ld %s %s\n", mine, name, path);
  if (log_file >= 0)
    syscall(SYS_write, log_file, line, size < (int)sizeof line ? size : (int)sizeof line);
}

// Counts a call and says what is to happen with it; `room` is how much a torn write keeps.
static int meet(const char *name, const char *path, size_t length, size_t *room) {
  if (!counts(name, path)) {
    if (log_all && path[0] == '/' && strcmp(name, "read")) note(0, name, path);
    return PASS;
  }
  long mine = __atomic_add_fetch(&count, 1, __ATOMIC_SEQ_CST);
  note(mine, name, path);
  if (!at || (mode == 'f' && ever ? mine < at : mine != at)) return PASS;
  if (mode == 'f') { errno = number; return FAIL; }
  if (mode == 't' && room) {
    *room = keep < 0 ? (length ? length - 1 : 0) : (size_t)keep < length ? (size_t)keep : length;
    return FAIL;
  }
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

static void link_target(int file, char *path, size_t size) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = syscall(SYS_readlinkat, AT_FDCWD, link, path, size - 1);
  path[length < 0 ? 0 : length] = 0;
}

static int meet_file(const char *name, int file, size_t length, size_t *room) {
  char path[4200];
  link_target(file, path, sizeof path);
  return meet(name, path, length, room);
}

static int meet_name(const char *name, int folder, const char *child) {
  char path[8600];
  if (child[0] == '/') return meet(name, child, 0, NULL);
  if (folder == AT_FDCWD) syscall(SYS_getcwd, path, 4200);
  else link_target(folder, path, 4200);
  size_t length = strlen(path);
  snprintf(path + length, sizeof path - length, "/%s", child);
  return meet(name, path, 0, NULL);
}

#define REAL(type, name, ...) \
  static type (*real)(__VA_ARGS__); \
  if (!real) real = dlsym(RTLD_NEXT, #name)

// What is left of a torn write, and then the end.
static void tear(ssize_t written) {
  (void)written;
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

#define WRITES(name, label, parameters, arguments, shorter, file, length) \
  ssize_t name parameters { \
    REAL(ssize_t, name, PARAMETERS parameters); \
    size_t room = 0; \
    if (meet_file(label, file, length, &room) == PASS) return real arguments; \
    if (mode == 'f') return -1; \
    if (room) tear(real shorter); \
    tear(0); \
    return -1; \
  }
#define PARAMETERS(...) __VA_ARGS__

WRITES(write, "write", (int f, const void *b, size_t n), (f, b, n), (f, b, room), f, n)
WRITES(pwrite, "pwrite", (int f, const void *b, size_t n, off_t o), (f, b, n, o), (f, b, room, o), f, n)
WRITES(pwrite64, "pwrite", (int f, const void *b, size_t n, off64_t o), (f, b, n, o), (f, b, room, o), f, n)

static size_t total(const struct iovec *parts, int parts_count) {
  size_t sum = 0;
  for (int i = 0; i < parts_count; i++) sum += parts[i].iov_len;
  return sum;
}

// A torn writev keeps bytes of its first part only: shorter than wanted, and torn all the same.
#define SHORT(v, room) (&(struct iovec){(v)->iov_base, room < (v)->iov_len ? room : (v)->iov_len}), 1
WRITES(writev, "writev", (int f, const struct iovec *v, int n), (f, v, n), (f, SHORT(v, room)), f, total(v, n))
WRITES(pwritev, "writev", (int f, const struct iovec *v, int n, off_t o), (f, v, n, o), (f, SHORT(v, room), o), f, total(v, n))

#define ON_FILE(type, name, label, parameters, arguments, file) \
  type name parameters { \
    REAL(type, name, PARAMETERS parameters); \
    return meet_file(label, file, 0, NULL) == PASS ? real arguments : -1; \
  }

ON_FILE(int, fsync, "fsync", (int f), (f), f)
ON_FILE(int, fdatasync, "fdatasync", (int f), (f), f)
ON_FILE(int, syncfs, "syncfs", (int f), (f), f)
ON_FILE(int, ftruncate, "ftruncate", (int f, off_t n), (f, n), f)
ON_FILE(int, ftruncate64, "ftruncate", (int f, off64_t n), (f, n), f)
ON_FILE(int, fallocate, "fallocate", (int f, int m, off_t o, off_t n), (f, m, o, n), f)
ON_FILE(int, fallocate64, "fallocate", (int f, int m, off64_t o, off64_t n), (f, m, o, n), f)
ON_FILE(int, fchmod, "fchmod", (int f, mode_t m), (f, m), f)
ON_FILE(int, fchown, "fchown", (int f, uid_t u, gid_t g), (f, u, g), f)
ON_FILE(int, futimens, "futimens", (int f, const struct timespec t[2]), (f, t), f)
ON_FILE(int, fsetxattr, "fsetxattr", (int f, const char *n, const void *v, size_t s, int k), (f, n, v, s, k), f)
ON_FILE(ssize_t, read, "read", (int f, void *b, size_t n), (f, b, n), f)
ON_FILE(ssize_t, pread, "read", (int f, void *b, size_t n, off_t o), (f, b, n, o), f)
ON_FILE(ssize_t, pread64, "read", (int f, void *b, size_t n, off64_t o), (f, b, n, o), f)

#define ON_NAME(name, label, parameters, arguments, folder, child) \
  int name parameters { \
    REAL(int, name, PARAMETERS parameters); \
    return meet_name(label, folder, child) == PASS ? real arguments : -1; \
  }

ON_NAME(rename, "rename", (const char *a, const char *b), (a, b), AT_FDCWD, b)
ON_NAME(renameat, "rename", (int f, const char *a, int g, const char *b), (f, a, g, b), g, b)
ON_NAME(renameat2, "rename", (int f, const char *a, int g, const char *b, unsigned k), (f, a, g, b, k), g, b)
ON_NAME(link, "link", (const char *a, const char *b), (a, b), AT_FDCWD, b)
ON_NAME(linkat, "link", (int f, const char *a, int g, const char *b, int k), (f, a, g, b, k), g, b)
ON_NAME(symlink, "symlink", (const char *a, const char *b), (a, b), AT_FDCWD, b)
ON_NAME(symlinkat, "symlink", (const char *a, int g, const char *b), (a, g, b), g, b)
ON_NAME(unlink, "unlink", (const char *a), (a), AT_FDCWD, a)
ON_NAME(unlinkat, "unlink", (int f, const char *a, int k), (f, a, k), f, a)
ON_NAME(rmdir, "rmdir", (const char *a), (a), AT_FDCWD, a)
ON_NAME(mkdir, "mkdir", (const char *a, mode_t m), (a, m), AT_FDCWD, a)
ON_NAME(mkdirat, "mkdir", (int f, const char *a, mode_t m), (f, a, m), f, a)
