/// Reads numbers and unit words from a short text, for sizes and times.
struct QuantityScanner {
  /// No size or time needs more; what is longer has no end and is refused.
  private static let charactersMax = 64
  /// Decimals beyond a millionth are refused.
  private static let decimalsMax = 6

  private let text: [UInt8]
  private var position = 0

  init(_ text: String) {
    self.text = Array(text.utf8.prefix(Self.charactersMax + 1))
  }

  var isAtEnd: Bool { position == text.count && position <= Self.charactersMax }

  mutating func skipSpace() {
    if position < text.count, text[position] == 0x20 { position += 1 }
  }

  /// A whole number, or nil when there is none or it does not fit.
  mutating func readInteger() -> UInt64? {
    let start = position
    var value: UInt64 = 0
    while let digit = readDigit() {
      let (product, isTooLarge) = value.multipliedReportingOverflow(by: 10)
      let (sum, isSumTooLarge) = product.addingReportingOverflow(digit)
      if isTooLarge || isSumTooLarge { return nil }
      value = sum
    }
    return position > start ? value : nil
  }

  /// A number with decimals: `1.25` is whole 1, decimals 25, scale 100.
  mutating func readDecimal() -> (whole: UInt64, decimals: UInt64, scale: UInt64)? {
    guard let whole = readInteger() else { return nil }
    guard position < text.count, text[position] == 0x2e else { return (whole, 0, 1) }
    position += 1
    let start = position
    var decimals: UInt64 = 0
    var scale: UInt64 = 1
    while let digit = readDigit() {
      guard position - start <= Self.decimalsMax else { return nil }
      decimals = decimals * 10 + digit
      scale *= 10
    }
    return position > start ? (whole, decimals, scale) : nil
  }

  /// The ASCII letters that follow, perhaps none.
  mutating func readWord() -> String {
    let start = position
    while position < text.count, (0x61...0x7a).contains(text[position] | 0x20) { position += 1 }
    return String(decoding: text[start..<position], as: UTF8.self)
  }

  private mutating func readDigit() -> UInt64? {
    guard position < text.count, (0x30...0x39).contains(text[position]) else { return nil }
    position += 1
    return UInt64(text[position - 1] - 0x30)
  }
}
