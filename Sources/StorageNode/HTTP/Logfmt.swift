public import Logging

#if canImport(Glibc)
  import Glibc
#endif

/// Writes a log record as one line of `key=value` to the standard error stream.
public struct Logfmt: LogHandler {
  /// The least level that is written.
  public var logLevel: Logger.Level
  /// What every record of this logger carries.
  public var metadata: Logger.Metadata = [:]

  private let now: @Sendable () -> String
  private let write: @Sendable ([UInt8]) -> Void

  /// A handler that stamps records with `now` and hands each finished line to `write`.
  public init(
    level: Logger.Level = .info, now: @escaping @Sendable () -> String,
    write: @escaping @Sendable ([UInt8]) -> Void = Logfmt.writeToStandardError
  ) {
    logLevel = level
    self.now = now
    self.write = write
  }

  /// A field that every record of this logger carries.
  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  /// Writes one record as one line.
  public func log(event: LogEvent) {
    var line = "time=\(now()) level=\(event.level) msg=\(Self.quoted(event.message.description))"
    let fields = metadata.merging(event.metadata ?? [:]) { $1 }
    for (key, value) in fields.sorted(by: { $0.key < $1.key }) {
      line += " \(key)=\(Self.quoted(value.description))"
    }
    write(Array((line + "\n").utf8))
  }

  /// One write(2) a line, so that lines of several threads do not mix.
  public static let writeToStandardError: @Sendable ([UInt8]) -> Void = { line in
    _ = line.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }

  private static func quoted(_ text: String) -> String {
    let plain = text.utf8.allSatisfy { $0 > 32 && $0 < 127 && $0 != 34 && $0 != 61 }
    if plain, !text.isEmpty { return text }
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case _ where scalar.value < 32 || scalar.value == 127 || (0x80...0x9F).contains(scalar.value):
        result += "?"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
