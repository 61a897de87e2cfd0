import VaultEncoding

/// What a token allows or asks for, as a path: `/vault/pull/blob`.
///
/// docs/spec/ucan.md, "Commands".
///
/// A command proves itself and everything below it, by whole segments: `/vault` proves
/// `/vault/pull` but not `/vaults`; `/` proves everything.
public struct Command: Hashable, Sendable {
  /// The top of all commands.
  public static let top = Command(known: "/")

  /// The path.
  public let text: String

  /// Reads a path: it starts with a slash, is in lower case, and has no empty segment.
  public init(_ text: String) throws(UCANError) {
    guard text.utf8.count <= UCANLimits.commandBytesMax else {
      throw UCANError(.malformedToken, "the command is too long")
    }
    guard Self.isWellFormed(text) else {
      throw UCANError(.malformedToken, "the command is not a lower-case path")
    }
    self.text = text
  }

  /// A path that this module spells itself.
  init(known text: String) {
    assert(Self.isWellFormed(text))
    self.text = text
  }

  /// Whether whoever holds this command may use or hand on the other.
  public func proves(_ other: Command) -> Bool {
    guard text.utf8.count > 1 else { return true }
    var rest = other.text.utf8.makeIterator()
    for unit in text.utf8 {
      guard rest.next() == unit else { return false }
    }
    let next = rest.next()
    return next == nil || next == UInt8(ascii: "/")
  }

  private static func isWellFormed(_ text: String) -> Bool {
    let letters = Array(text.utf8)
    let slash = UInt8(ascii: "/")
    guard letters.first == slash else { return false }
    guard letters.count > 1 else { return true }
    guard letters.last != slash else { return false }
    for index in letters.indices.dropFirst()
    where letters[index] == slash && letters[index - 1] == slash { return false }
    // Most commands are ASCII; what else there is in upper case only the text itself knows.
    if letters.allSatisfy({ $0 < 0x80 }) {
      return !letters.contains { (0x41...0x5a).contains($0) }
    }
    return text.lowercased().hasSameBytes(as: text)
  }

  /// Whether both have the same bytes.
  public static func == (left: Command, right: Command) -> Bool {
    left.text.hasSameBytes(as: right.text)
  }

  /// Feeds the path to a hasher.
  public func hash(into hasher: inout Hasher) { hasher.combine(text) }
}

extension Command: CustomStringConvertible {
  /// The path.
  public var description: String { text }
}
