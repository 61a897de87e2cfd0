/// What is wrong with `node.toml`, and where.
public struct ConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The line, from 1; 0 when the file as a whole is meant.
  public let line: Int
  /// What is wrong there.
  public let problem: String

  /// A sentence with the line.
  public var description: String {
    line == 0 ? "node.toml: \(problem)" : "node.toml line \(line): \(problem)"
  }
}
