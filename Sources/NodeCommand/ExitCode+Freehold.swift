import ArgumentParser
import StorageNode

/// The exit codes that the commands of Freehold share.
extension ExitCode {
  static let usage = ExitCode(2)
  static let missing = ExitCode(10)
  static let busy = ExitCode(11)
  static let damaged = ExitCode(15)
  static let noSpace = ExitCode(16)
  static let interrupted = ExitCode(130)

  /// The exit code that goes with an error of the node.
  init(_ code: NodeError.Code) {
    switch code {
    case .exists, .configuration: self = .usage
    case .missing: self = .missing
    case .busy: self = .busy
    case .damaged: self = .damaged
    case .noSpace: self = .noSpace
    default: self = .failure
    }
  }
}
