import Freehold
import Glibc

/// The standard output: data only.
enum StandardOutput {
  /// What a shell shows when a program ends because its reader went away.
  private static let brokenPipeStatus: Int32 = 141

  /// Writes text as it is.
  static func write(_ text: String) throws { try write(Array(text.utf8)[...]) }

  /// Writes all bytes.
  ///
  /// When the reader went away, as in `freehold ls | head -1`, the process ends without a word.
  static func write(_ bytes: ArraySlice<UInt8>) throws {
    var rest = bytes
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
      if count >= 0 {
        rest = rest.dropFirst(count)
        continue
      }
      switch errno {
      case EINTR: continue
      case EPIPE: _exit(brokenPipeStatus)
      case ENOSPC, EDQUOT: throw FreeholdError(.noSpace, "no space for the standard output")
      default: throw FreeholdError(.failed, "cannot write to the standard output")
      }
    }
  }
}
