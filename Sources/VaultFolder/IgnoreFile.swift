/// The rules of one ignore file, in gitignore's syntax, over bytes.
///
/// ```
/// # comment              *.o            any file so named, here and below
/// /build                 only here      doc/**/draft   at any depth in doc
/// cache/                 folders only   !cache/keep    but not this one
/// ```
///
/// The last rule that matches decides. Matching takes linear time for every pattern.
public struct IgnoreFile: Sendable {
  /// The name of these files in the vault's folder.
  public static let name = FileName(trusted: [UInt8](".freeholdignore".utf8))
  /// Bytes of a file that are read.
  public static let bytesMax = 1 << 20
  /// Rules of a file that count.
  public static let rulesMax = 10_000
  /// Bytes of a line; longer ones do not count.
  public static let lineBytesMax = 4096

  /// One rule, for showing which one decided.
  public struct Rule: Sendable, Hashable {
    /// The line in the file, from 1.
    public let line: Int
    /// The line as it is written, without its end.
    public let text: [UInt8]
    /// True for `!` rules.
    public let isNegative: Bool
  }

  /// True when lines or rules over the limits do not count.
  public private(set) var isOverLimit = false

  private(set) var rules: [Rule] = []
  private(set) var hasPathPatterns = false
  private var patterns: [IgnorePattern] = []

  /// Reads the bytes of an ignore file.
  ///
  /// Every sequence of bytes is one; lines that make no sense match nothing.
  public init(parsing bytes: [UInt8]) {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let body = bytes.starts(with: mark) ? bytes.dropFirst(mark.count) : bytes[...]
    let newline = UInt8(ascii: "\n")
    var number = 0
    for line in body.split(separator: newline, omittingEmptySubsequences: false) {
      number += 1
      if !add(line.last == UInt8(ascii: "\r") ? line.dropLast() : line, number: number) {
        isOverLimit = true
      }
    }
  }

  private mutating func add(_ line: ArraySlice<UInt8>, number: Int) -> Bool {
    if line.isEmpty || line.first == UInt8(ascii: "#") { return true }
    guard line.count <= IgnoreFile.lineBytesMax, rules.count < IgnoreFile.rulesMax else {
      return false
    }
    // git keeps lines as C strings: a zero byte ends them.
    let pattern = IgnorePattern(IgnoreFile.trimmed(line.prefix { $0 != 0 }))
    patterns.append(pattern)
    rules.append(Rule(line: number, text: [UInt8](line), isNegative: pattern.isNegative))
    hasPathPatterns = hasPathPatterns || !pattern.nameOnly
    return true
  }

  /// Whether a name is one that a pattern without slashes means.
  public static func matches(_ name: [UInt8], _ pattern: [UInt8]) -> Bool {
    let pattern = IgnorePattern(pattern[...])
    return name.withUnsafeBytes { pattern.matches($0) }
  }

  /// Without spaces at the end, unless a backslash is before the first of them.
  private static func trimmed(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var end = line.startIndex
    var index = line.startIndex
    while index < line.endIndex {
      if line[index] == UInt8(ascii: "\\") {
        index += 1
        if index == line.endIndex { return line }
      } else if line[index] == UInt8(ascii: " ") {
        index += 1
        continue
      }
      index += 1
      end = index
    }
    return line[..<end]
  }

  /// The rule that decides about something: the last that matches.
  /// - Parameters:
  ///   - name: its name.
  ///   - path: its path from the ignore file's folder; asked for only when a rule needs it.
  func decidingRule(
    name: UnsafeRawBufferPointer, path: UnsafeRawBufferPointer, isFolder: Bool
  ) -> Rule? {
    for index in patterns.indices.reversed() {
      let pattern = patterns[index]
      if pattern.foldersOnly && !isFolder { continue }
      if pattern.matches(pattern.nameOnly ? name : path) { return rules[index] }
    }
    return nil
  }
}
