/// Reads and writes `node.toml`: the part of TOML that is `key = "text"`, `key = number` and
/// comments, and strict about the rest.
///
/// A wrong line is named by its number.
enum ConfigurationFile {
  /// The largest file read.
  static let bytesMax = 64 << 10

  static func decode(_ bytes: [UInt8]) throws(ConfigurationError) -> NodeConfiguration {
    guard bytes.count <= bytesMax, let text = String(validating: bytes, as: UTF8.self) else {
      throw ConfigurationError(line: 0, problem: "the file is no UTF-8 text of at most 64 KiB")
    }
    var reader = ConfigurationReader()
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: isNewline)
      .enumerated()
    {
      try reader.read(line: index + 1, text: line)
    }
    return try reader.finish()
  }

  /// CR LF is one character, and not equal to LF.
  private static func isNewline(_ character: Character) -> Bool {
    character == "\n" || character == "\r\n"
  }

  static func encode(_ configuration: NodeConfiguration) -> [UInt8] {
    let server = ServerLimits()
    var lines = [
      "# A Freehold storage node. `freehold-node config check --data DIR` checks this file;",
      "# a running node reads it when it starts. All keys are here; those behind # have defaults.",
      "",
      "# Bytes that all tenants together may use.",
      "size = \(quoted(exactSize(configuration.sizeBytes)))",
      "# Where to listen.",
      "listen = \(quoted(configuration.listen.description))",
      "# What clients are told to connect to; up to 8, separated by spaces.",
      configuration.urls.isEmpty
        ? "# url = \"https://node.example:7400\""
        : "url = \(quoted(configuration.urls.joined(separator: " ")))",
      "# For placement: copies of one file go to different operators and regions.",
      configuration.region.map { "region = \(quoted($0))" } ?? "# region = \"north\"",
      configuration.operatorName.map { "operator = \(quoted($0))" } ?? "# operator = \"me\"",
      "",
      "# Bounds. Requests a second are per vault key and per network address.",
    ]
    for key in ConfigurationReader.numberKeys {
      lines.append("# \(key.name) = \(server[keyPath: key.path])")
    }
    return Array((lines.joined(separator: "\n") + "\n").utf8)
  }

  private static func exactSize(_ bytes: Int64) -> String {
    for (name, unit) in [("TiB", Int64(1) << 40), ("GiB", 1 << 30), ("MiB", 1 << 20)]
    where bytes >= unit && bytes % unit == 0 {
      return "\(bytes / unit)\(name)"
    }
    return "\(bytes)"
  }

  private static func quoted(_ text: String) -> String {
    "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }
}
