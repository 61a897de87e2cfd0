import Freehold
import Glibc

/// Starts other programs.
enum ChildProcess {
  private static let startsSession: Int16 = 0x80

  /// Starts a program with some descriptors put in place; everything else that is open here and
  /// not marked close-on-exec goes along.
  static func start(
    _ program: String, _ arguments: [String], descriptors: [Int32: Int32],
    inOwnSession: Bool = false
  ) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (target, source) in descriptors {
      posix_spawn_file_actions_adddup2(&actions, source, target)
    }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    if inOwnSession { posix_spawnattr_setflags(&attributes, startsSession) }
    var words = arguments.map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    var child: pid_t = 0
    let result = posix_spawn(&child, program, &actions, &attributes, &words, environ)
    guard result == 0 else { throw FreeholdError(.failed, "cannot start \(program)") }
    return child
  }

  /// Closes what was inherited beyond the three usual descriptors: a process that outlives its
  /// parent must not keep open a pipe whose end somebody waits for.
  static func closeInherited() {
    for descriptor in (STDERR_FILENO + 1)...255 { close(descriptor) }
  }

  /// A pipe whose ends no other program inherits.
  static func makePipe() throws -> (reader: Int32, writer: Int32) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw FreeholdError(.failed, "no pipe to be had") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
  }

  /// Waits for the end; the exit status, or 128 and more when a signal ended it.
  static func wait(for child: pid_t) -> Int32 {
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0 {
      if errno != EINTR { return 128 }
    }
    return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + (status & 0x7F)
  }
}
