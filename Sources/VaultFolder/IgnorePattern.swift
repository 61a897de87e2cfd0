/// One line of an ignore file that says something, read as git reads it.
struct IgnorePattern: Sendable {
  /// `!`: what it matches is not ignored after all.
  let isNegative: Bool
  /// A `/` at the end: only folders match.
  let foldersOnly: Bool
  /// No other `/`: the name alone is compared, in the ignore file's folder and all below.
  let nameOnly: Bool
  private let shape: Shape

  private enum Shape {
    /// The bytes themselves.
    case literal([UInt8])
    /// `*` and then these bytes, in a name.
    case ending([UInt8])
    /// First these bytes, then the pattern.
    case wild(prefix: [UInt8], WildPattern)
    /// Nothing at all.
    case never
  }

  /// Reads a line without its end and without trailing spaces.
  init(_ line: ArraySlice<UInt8>) {
    var rest = line
    isNegative = rest.first == UInt8(ascii: "!")
    if isNegative { rest = rest.dropFirst() }
    foldersOnly = rest.last == PatternReader.slash
    if foldersOnly { rest = rest.dropLast() }
    nameOnly = !rest.contains(PatternReader.slash)
    shape = nameOnly ? IgnorePattern.nameShape(rest) : IgnorePattern.pathShape(rest)
  }

  private static func nameShape(_ pattern: ArraySlice<UInt8>) -> Shape {
    if isPlain(pattern) { return .literal([UInt8](pattern)) }
    let tail = pattern.dropFirst()
    if pattern.first == UInt8(ascii: "*") && isPlain(tail) { return .ending([UInt8](tail)) }
    return WildPattern(pattern, inPaths: false).map { .wild(prefix: [], $0) } ?? .never
  }

  /// git compares the part before the first special byte by itself and matches the rest as a
  /// pattern of its own.
  ///
  /// That shows: in `a**/b` the stars stand at the start of such a rest and so cross folders,
  /// although they do not follow a slash.
  private static func pathShape(_ pattern: ArraySlice<UInt8>) -> Shape {
    let anchored = pattern.first == PatternReader.slash ? pattern.dropFirst() : pattern
    let prefix = anchored.prefix { !isSpecial($0) }
    let rest = anchored.dropFirst(prefix.count)
    if rest.isEmpty { return .literal([UInt8](prefix)) }
    return WildPattern(rest, inPaths: true).map { .wild(prefix: [UInt8](prefix), $0) } ?? .never
  }

  private static func isPlain(_ pattern: ArraySlice<UInt8>) -> Bool {
    !pattern.contains(where: isSpecial)
  }

  private static func isSpecial(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "*"), UInt8(ascii: "?"), UInt8(ascii: "["), UInt8(ascii: "\\"): true
    default: false
    }
  }

  /// True when the text (the name, or the path from the ignore file's folder) matches.
  func matches(_ text: UnsafeRawBufferPointer) -> Bool {
    switch shape {
    case .literal(let bytes):
      return text.count == bytes.count && text.elementsEqual(bytes)
    case .ending(let bytes):
      return text.count >= bytes.count && text.suffix(bytes.count).elementsEqual(bytes)
    case .wild(let prefix, let pattern):
      guard text.count >= prefix.count, text.starts(with: prefix) else { return false }
      return pattern.matches(UnsafeRawBufferPointer(rebasing: text[prefix.count...]))
    case .never:
      return false
    }
  }
}
