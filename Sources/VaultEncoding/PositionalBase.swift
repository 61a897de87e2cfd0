// Positional bases (10, 36, 58): the bytes are one big-endian number, written in another radix;
// each leading zero byte becomes one leading zero digit.
//
// Example, base 10: [0, 1, 44] is the number 300 after one zero, so "0300".
// Source: draft-msporny-base58, multibase RFC drafts. Cost O(n²), hence `charactersMax`.

/// Writes and reads bytes as one number in a radix that is no power of two.
struct PositionalBase {
  /// Above this many characters the quadratic conversion would be worth an attacker's while.
  static let charactersMax = 4096

  let digits: [UInt8]
  let values: [UInt8]
  private var radix: Int { digits.count }

  init(alphabet: String, foldsCase: Bool = false) {
    digits = Array(alphabet.utf8)
    values = AlphabetTable.values(of: digits, foldsCase: foldsCase)
  }

  func encode(_ bytes: some Collection<UInt8>) -> [UInt8] {
    let zeros = bytes.prefix { $0 == 0 }.count
    var number: [UInt8] = []  // little-endian digits
    number.reserveCapacity(bytes.count * 2)
    for byte in bytes.dropFirst(zeros) {
      var carry = Int(byte)
      for index in number.indices {
        carry += Int(number[index]) << 8
        number[index] = UInt8(truncatingIfNeeded: carry % radix)
        carry /= radix
      }
      while carry > 0 {
        number.append(UInt8(truncatingIfNeeded: carry % radix))
        carry /= radix
      }
    }
    var text = [UInt8](repeating: digits[0], count: zeros)
    text.reserveCapacity(zeros + number.count)
    for digit in number.reversed() { text.append(digits[Int(digit)]) }
    return text
  }

  func decode(_ text: some Collection<UInt8>) throws(MultibaseError) -> [UInt8] {
    guard text.count <= Self.charactersMax else { throw .tooLong }
    let zeros = text.prefix { $0 == digits[0] }.count
    var number: [UInt8] = []  // little-endian bytes
    number.reserveCapacity(text.count)
    for character in text.dropFirst(zeros) {
      let value = values[Int(character)]
      guard value != AlphabetTable.none else { throw .invalidCharacter }
      var carry = Int(value)
      for index in number.indices {
        carry += Int(number[index]) * radix
        number[index] = UInt8(truncatingIfNeeded: carry)
        carry >>= 8
      }
      if carry > 0 { number.append(UInt8(truncatingIfNeeded: carry)) }
    }
    return [UInt8](repeating: 0, count: zeros) + number.reversed()
  }
}
