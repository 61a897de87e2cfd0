import VaultEncoding

/// Which mailbox of a node is meant: seven digits, drawn by who opens it.
///
/// It is no secret that counts, only too long to try all while one is open.
public struct MailboxNumber: Hashable, Sendable, CustomStringConvertible {
  /// How many digits there are.
  public static let digits = 7
  private static let range: Range<UInt64> = 1_000_000..<10_000_000

  private let value: UInt64

  /// Draws a number.
  public static func generate(
    using generator: inout some RandomNumberGenerator
  ) -> MailboxNumber {
    MailboxNumber(value: range.lowerBound + generator.next() % UInt64(range.count))
  }

  /// Reads seven digits; nil for anything else.
  public init?(_ text: some StringProtocol) {
    guard text.utf8.count == Self.digits, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      let value = UInt64(text), Self.range.contains(value)
    else { return nil }
    self.value = value
  }

  private init(value: UInt64) {
    self.value = value
  }

  /// The digits.
  public var description: String { String(value) }
}
