/// The reverse of an alphabet of ASCII characters: character code to digit value.
enum AlphabetTable {
  /// Stands for «no digit».
  static let none: UInt8 = 0xff

  static func values(of digits: [UInt8], foldsCase: Bool) -> [UInt8] {
    var table = [UInt8](repeating: none, count: 256)
    for (value, digit) in digits.enumerated() {
      table[Int(digit)] = UInt8(truncatingIfNeeded: value)
      guard foldsCase else { continue }
      switch digit {
      case 0x41...0x5a, 0x61...0x7a: table[Int(digit ^ 0x20)] = UInt8(truncatingIfNeeded: value)
      default: break
      }
    }
    return table
  }
}
