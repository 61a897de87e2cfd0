// Positional bases (10, 36, 58): the bytes are one big-endian number, written in another radix;
// each leading zero byte becomes one leading zero digit.
//
// Example, base 10: [0, 1, 44] is the number 300 after one zero, so "0300".
// Source: draft-msporny-base58, multibase RFC drafts. The cost is quadratic, hence `charactersMax`;
// groups of digits are converted at once (five of base 58 against four bytes), which makes it
// twenty times less than digit by digit.

/// Writes and reads bytes as one number in a radix that is no power of two.
struct PositionalBase {
  /// Above this many characters the quadratic conversion would be worth an attacker's while.
  static let charactersMax = 4096

  private let digits: [UInt8]
  private let values: [UInt8]
  private let radix: UInt64
  /// How many digits are converted at once, and the radix to that power: at most 2^32.
  private let groupDigits: Int
  private let groupRadix: UInt64

  init(alphabet: String, foldsCase: Bool = false) {
    digits = Array(alphabet.utf8)
    values = AlphabetTable.values(of: digits, foldsCase: foldsCase)
    radix = UInt64(digits.count)
    var (count, power) = (1, radix)
    while power * radix <= 1 << 32 {
      power *= radix
      count += 1
    }
    (groupDigits, groupRadix) = (count, power)
  }

  func encode(_ bytes: [UInt8]) -> [UInt8] {
    let zeros = bytes.prefix { $0 == 0 }.count
    // The number in base `groupRadix`, little-endian; each group is below 2^32.
    var groups: [UInt64] = []
    groups.reserveCapacity(bytes.count / 3 + 1)
    var index = zeros
    // The first step takes what is left over from a multiple of four bytes.
    var stepBytes = (bytes.count - zeros) % 4
    while index < bytes.count {
      if stepBytes == 0 { stepBytes = 4 }
      var carry: UInt64 = 0
      for position in index..<(index + stepBytes) { carry = carry << 8 | UInt64(bytes[position]) }
      Self.multiplyAndAdd(&groups, by: 1 << UInt64(8 * stepBytes), &carry, base: groupRadix)
      index += stepBytes
      stepBytes = 4
    }
    return text(of: groups, zeros: zeros)
  }

  private func text(of groups: [UInt64], zeros: Int) -> [UInt8] {
    var reversed: [UInt8] = []
    reversed.reserveCapacity(groups.count * groupDigits + zeros)
    for var group in groups {
      for _ in 0..<groupDigits {
        reversed.append(digits[Int(truncatingIfNeeded: group % radix)])
        group /= radix
      }
    }
    while reversed.last == digits[0] { reversed.removeLast() }
    reversed.append(contentsOf: repeatElement(digits[0], count: zeros))
    reversed.reverse()
    return reversed
  }

  func decode(_ text: ArraySlice<UInt8>) throws(MultibaseError) -> [UInt8] {
    guard text.count <= Self.charactersMax else { throw .tooLong }
    let zeros = text.prefix { $0 == digits[0] }.count
    // The number in base 2^32, little-endian.
    var words: [UInt64] = []
    words.reserveCapacity(text.count / groupDigits + 1)
    var (carry, power, held): (UInt64, UInt64, Int) = (0, 1, 0)
    for character in text.dropFirst(zeros) {
      let value = values[Int(character)]
      guard value != AlphabetTable.none else { throw .invalidCharacter }
      carry = carry * radix + UInt64(value)
      power *= radix
      held += 1
      if held == groupDigits {
        Self.multiplyAndAdd(&words, by: power, carry)
        (carry, power, held) = (0, 1, 0)
      }
    }
    if held > 0 { Self.multiplyAndAdd(&words, by: power, carry) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(words.count * 4 + zeros)
    for word in words {
      for shift in stride(from: UInt64(0), to: 32, by: 8) {
        bytes.append(UInt8(truncatingIfNeeded: word >> shift))
      }
    }
    while bytes.last == 0 { bytes.removeLast() }
    bytes.append(contentsOf: repeatElement(0, count: zeros))
    bytes.reverse()
    return bytes
  }

  /// number = number · factor + carry.
  ///
  /// Factor and base are at most 2^32 and each limb is below the base, so limb · factor + carry is
  /// below 2^64.
  private static func multiplyAndAdd(
    _ number: inout [UInt64], by factor: UInt64, _ carry: inout UInt64, base: UInt64
  ) {
    for index in number.indices {
      carry += number[index] * factor
      (carry, number[index]) = carry.quotientAndRemainder(dividingBy: base)
    }
    while carry > 0 {
      number.append(carry % base)
      carry /= base
    }
  }

  /// The same in base 2^32, where dividing is shifting.
  private static func multiplyAndAdd(
    _ number: inout [UInt64], by factor: UInt64, _ carry: UInt64
  ) {
    var carry = carry
    for index in number.indices {
      carry += number[index] * factor
      number[index] = carry & 0xffff_ffff
      carry >>= 32
    }
    while carry > 0 {
      number.append(carry & 0xffff_ffff)
      carry >>= 32
    }
  }
}
