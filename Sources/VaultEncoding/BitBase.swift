// Bases whose radix is a power of two (2, 8, 16, 32, 64): the bits of the bytes, high bits first,
// cut into groups of 1, 3, 4, 5 or 6; the last group is filled with zero bits. Only base 8 fills
// the first group instead, as its vectors demand.
//
// Example, base 32: [0xff] is 11111 111(00), so "74". Base 8: (0)11 111 111, so "377".
// Source: RFC 4648; multibase tests.
// Invariant: what decodes, encodes to the same text (but for the case of letters where the base
// ignores it): filling bits must be zero, padding must be whole where the base has it, absent
// where it has not.

/// Writes and reads bytes as groups of bits.
struct BitBase {
  private static let paddingCharacter: UInt8 = 0x3d

  let digits: [UInt8]
  let values: [UInt8]
  let bitsPerCharacter: Int
  let isPadded: Bool
  let fillsFirst: Bool

  init(
    alphabet: String, bits: Int, foldsCase: Bool = false, isPadded: Bool = false,
    fillsFirst: Bool = false
  ) {
    digits = Array(alphabet.utf8)
    values = AlphabetTable.values(of: digits, foldsCase: foldsCase)
    bitsPerCharacter = bits
    self.isPadded = isPadded
    self.fillsFirst = fillsFirst
  }

  /// How many characters a padded text is a multiple of: 8 for base 32, 4 for base 64.
  private var groupCharacters: Int { bitsPerCharacter == 5 ? 8 : 4 }

  func encode(_ bytes: [UInt8]) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count * 8 / bitsPerCharacter + 8)
    var buffer: UInt32 = 0
    let excess = bytes.count * 8 % bitsPerCharacter
    var held = fillsFirst && excess > 0 ? bitsPerCharacter - excess : 0
    let mask = UInt32(1) << UInt32(bitsPerCharacter) - 1
    for byte in bytes {
      buffer = (buffer & 0xff) << 8 | UInt32(byte)
      held += 8
      while held >= bitsPerCharacter {
        held -= bitsPerCharacter
        text.append(digits[Int(buffer >> UInt32(held) & mask)])
      }
    }
    if held > 0 {
      text.append(digits[Int(buffer << UInt32(bitsPerCharacter - held) & mask)])
    }
    if isPadded {
      while !text.count.isMultiple(of: groupCharacters) { text.append(Self.paddingCharacter) }
    }
    return text
  }

  func decode(_ text: ArraySlice<UInt8>) throws(MultibaseError) -> [UInt8] {
    let body = isPadded ? try withoutPadding(text) : text
    var bytes: [UInt8] = []
    bytes.reserveCapacity(body.count / 8 * bitsPerCharacter + bitsPerCharacter)
    var buffer: UInt32 = 0
    // Where the first group is filled, its surplus bits become a first byte, which must be zero.
    let surplus = fillsFirst ? body.count * bitsPerCharacter % 8 : 0
    var held = surplus > 0 ? 8 - surplus : 0
    for character in body {
      let value = values[Int(character)]
      guard value != AlphabetTable.none else { throw .invalidCharacter }
      buffer = (buffer & 0xff) << UInt32(bitsPerCharacter) | UInt32(value)
      held += bitsPerCharacter
      if held >= 8 {
        held -= 8
        bytes.append(UInt8(truncatingIfNeeded: buffer >> UInt32(held)))
      }
    }
    guard held < bitsPerCharacter, surplus < bitsPerCharacter else { throw .invalidLength }
    if surplus > 0 {
      guard bytes.removeFirst() == 0 else { throw .notCanonical }
    }
    guard buffer & (UInt32(1) << UInt32(held) - 1) == 0 else { throw .notCanonical }
    return bytes
  }

  private func withoutPadding(
    _ text: ArraySlice<UInt8>
  ) throws(MultibaseError) -> ArraySlice<UInt8> {
    guard text.count.isMultiple(of: groupCharacters) else { throw .invalidLength }
    guard let last = text.lastIndex(where: { $0 != Self.paddingCharacter }) else {
      guard text.isEmpty else { throw .invalidLength }
      return text
    }
    let body = text[...last]
    guard text.count - body.count < groupCharacters else { throw .invalidLength }
    return body
  }
}
