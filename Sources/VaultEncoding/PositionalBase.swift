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
    let bytes = text.withUnsafeBufferPointer { letters in
      withNumber(in: letters) { zeros, words in Self.bytes(of: words, zeros: zeros) }
    }
    guard let bytes else { throw .invalidCharacter }
    return bytes
  }

  /// Lends how many zero digits there are in front, and the number behind them in base 2^64:
  /// little-endian, the last word not zero.
  ///
  /// Nil when a letter is no digit. O(letters²).
  func withNumber<Value>(
    in letters: UnsafeBufferPointer<UInt8>,
    _ body: (_ zeros: Int, _ words: UnsafeMutableBufferPointer<UInt64>.SubSequence) -> Value
  ) -> Value? {
    let zeros = letters.prefix { $0 == digits[0] }.count
    // Two groups at once: their factor is below 2^64, so each adds at most one word.
    let step = 2 * groupDigits
    let wordsMax = (letters.count - zeros + step - 1) / step
    return withUnsafeTemporaryAllocation(of: UInt64.self, capacity: wordsMax) { words in
      var count = 0
      for start in stride(from: zeros, to: letters.count, by: step) {
        var (group, factor): (UInt64, UInt64) = (0, 1)
        for place in start..<min(start + step, letters.count) {
          let value = values[Int(letters[place])]
          guard value != AlphabetTable.none else { return nil }
          group = group &* radix &+ UInt64(value)
          factor &*= radix
        }
        Self.multiplyAndAdd(words, &count, by: factor, group)
      }
      return body(zeros, words[..<count])
    }
  }

  /// A number in base 2^64, little-endian, as big-endian bytes after so many zero bytes.
  private static func bytes(
    of words: UnsafeMutableBufferPointer<UInt64>.SubSequence, zeros: Int
  ) -> [UInt8] {
    let unused = (words.last?.leadingZeroBitCount ?? 0) / 8
    var bytes = [UInt8](repeating: 0, count: zeros + 8 * words.count - unused)
    var end = bytes.count
    for word in words {
      for place in 0..<min(8, end - zeros) {
        bytes[end - 1 - place] = UInt8(truncatingIfNeeded: word >> UInt64(8 * place))
      }
      end -= 8
    }
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

  /// The same in base 2^64, where the two halves of a product are two digits; there is room.
  private static func multiplyAndAdd(
    _ number: UnsafeMutableBufferPointer<UInt64>, _ count: inout Int, by factor: UInt64,
    _ carry: UInt64
  ) {
    var carry = carry
    for index in 0..<count {
      let product = number[index].multipliedFullWidth(by: factor)
      let (digit, hasOverflown) = product.low.addingReportingOverflow(carry)
      number[index] = digit
      carry = product.high + (hasOverflown ? 1 : 0)
    }
    guard carry > 0 else { return }
    number.initializeElement(at: count, to: carry)
    count += 1
  }
}
