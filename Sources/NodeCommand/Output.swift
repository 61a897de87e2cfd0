import ArgumentParser
import StorageNode

#if canImport(Glibc)
  import Glibc
#endif

/// Data to the standard output, talk to the standard error stream.
enum Output {
  /// Writes a line of data.
  static func data(_ line: String) { write(line, to: STDOUT_FILENO) }

  /// Writes a line for people.
  static func talk(_ line: String) { write(line, to: STDERR_FILENO) }

  /// Tells an error and returns the exit code that goes with it.
  static func report(_ error: any Error, isJSON: Bool) -> ExitCode {
    switch error {
    case let exit as ExitCode:
      return exit
    case let error as NodeError:
      let code = ExitCode(error.code)
      tell(code, error.message, hint: error.hint, isJSON: isJSON)
      return code
    default:
      return reportParsing(error, isJSON: isJSON)
    }
  }

  private static func reportParsing(_ error: any Error, isJSON: Bool) -> ExitCode {
    let text = NodeCommand.fullMessage(for: error)
    let code = NodeCommand.exitCode(for: error)
    if code == .success {
      data(text)
      return .success
    }
    guard code == .validationFailure else {
      tell(.failure, "\(error)", hint: nil, isJSON: isJSON)
      return .failure
    }
    if isJSON {
      let message = NodeCommand.message(for: error)
      tell(.usage, message, hint: "see freehold-node help", isJSON: true)
    } else {
      talk(text)
    }
    return .usage
  }

  private static func tell(_ code: ExitCode, _ message: String, hint: String?, isJSON: Bool) {
    if isJSON {
      data(
        JSON.object([
          (
            "error",
            .object([
              ("code", .number(Int64(code.rawValue))), ("message", .text(message)),
              ("hint", hint.map { .text($0) } ?? .null),
            ])
          )
        ]).text)
    } else {
      talk("freehold-node: \(message)")
      if let hint { talk("hint: \(hint)") }
    }
  }

  private static func write(_ line: String, to file: Int32) {
    var bytes = Array((line + "\n").utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
      guard count > 0 else { return }
      bytes = bytes.dropFirst(count)
    }
  }
}
