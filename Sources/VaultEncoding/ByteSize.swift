/// A number of bytes as people write it: `10GiB`, `1.5 TB`, `4096`.
///
/// docs/spec/encoding.md, "Sizes".
public struct ByteSize: Hashable, Comparable, Sendable {
  /// How many bytes; never negative.
  public let bytes: Int64

  private static let binaryUnits: [(name: String, bytes: UInt64)] = [
    ("PiB", 1 << 50), ("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10),
    ("B", 1),
  ]
  private static let decimalUnits: [(name: String, bytes: UInt64)] = [
    ("PB", 1_000_000_000_000_000), ("TB", 1_000_000_000_000), ("GB", 1_000_000_000),
    ("MB", 1_000_000), ("kB", 1000),
  ]

  /// So many bytes; a negative number is our mistake.
  public init(bytes: Int64) {
    precondition(bytes >= 0, "a size is negative")
    self.bytes = bytes
  }

  /// Reads a number, at most six decimals, perhaps one space, and a unit: `B`, `kB` to `PB` (powers
  /// of 1000) or `KiB` to `PiB` (powers of 1024) in any case; without a unit, bytes.
  ///
  /// A part of a byte is dropped.
  public init(_ text: String) throws(ByteSizeError) {
    var scanner = QuantityScanner(text)
    guard let (whole, decimals, scale) = scanner.readDecimal() else { throw .notANumber }
    scanner.skipSpace()
    let unit = try Self.unit(named: scanner.readWord())
    guard scanner.isAtEnd else { throw .notANumber }
    let (product, isTooLarge) = whole.multipliedReportingOverflow(by: unit)
    // A decimal part is below one, so the quotient is below the unit; the product may need 70 bits.
    let part = scale.dividingFullWidth(decimals.multipliedFullWidth(by: unit)).quotient
    let (sum, isSumTooLarge) = product.addingReportingOverflow(part)
    guard !isTooLarge, !isSumTooLarge, let bytes = Int64(exactly: sum) else { throw .tooLarge }
    self.bytes = bytes
  }

  private static func unit(named word: String) throws(ByteSizeError) -> UInt64 {
    if word.isEmpty { return 1 }
    let lower = word.lowercased()
    for unit in binaryUnits + decimalUnits where unit.name.lowercased() == lower {
      return unit.bytes
    }
    throw .unknownUnit
  }

  /// The exact number in the largest binary unit that divides it, as `init(_:)` reads it: `10GiB`.
  public var text: String {
    let number = bytes.magnitude
    for unit in Self.binaryUnits where number >= unit.bytes && number.isMultiple(of: unit.bytes) {
      return "\(number / unit.bytes)\(unit.name)"
    }
    return "\(number)B"
  }

  /// Compares the numbers.
  public static func < (left: ByteSize, right: ByteSize) -> Bool { left.bytes < right.bytes }
}

extension ByteSize: CustomStringConvertible {
  /// For people, to a tenth of a unit, rounded down: `1.5 GiB`, `10 GiB`, `512 B`.
  public var description: String {
    let number = bytes.magnitude
    for unit in Self.binaryUnits where number >= unit.bytes {
      let tenths = number % unit.bytes * 10 / unit.bytes
      let fraction = tenths == 0 ? "" : ".\(tenths)"
      return "\(number / unit.bytes)\(fraction) \(unit.name)"
    }
    return "0 B"
  }
}
