import Freehold
import Glibc

/// Runs the command that prints the passphrase.
enum ShellCommand {
  /// What `sh -c command` prints; throws `locked` when it fails.
  static func output(of command: String, bytesMax: Int) throws -> [UInt8] {
    let (reader, writer) = try ChildProcess.makePipe()
    defer { close(reader) }
    let child: pid_t
    do {
      defer { close(writer) }
      child = try ChildProcess.start(
        "/bin/sh", ["sh", "-c", command], descriptors: [STDOUT_FILENO: writer])
    }
    var output: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 512)
    while output.count <= bytesMax {
      let count = read(reader, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      output.append(contentsOf: buffer[..<count])
    }
    guard ChildProcess.wait(for: child) == 0, output.count <= bytesMax else {
      throw FreeholdError(
        .locked, "the command for the passphrase failed",
        hint: "FREEHOLD_PASSPHRASE_COMMAND names it")
    }
    return output
  }
}
