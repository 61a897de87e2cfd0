import Crypto
import Foundation
import Testing
import VaultEncoding

@testable import VaultCrypto

/// One ciphertext that AES-GCM opens under two keys, and what becomes of it.
///
/// The attack is the one of «invisible salamanders»: a tag is a polynomial in H = AES(0), so one
/// block of the ciphertext can be chosen such that the tags under both keys are the same. Whoever
/// may write could show different contents to the readers of two epochs.
struct SalamanderTests {
  @Test func `a blob that AES-GCM opens under two keys opens under the committed one only`() throws
  {
    let (one, other) = (SecretBytes(Self.bytes(1)), SecretBytes(Self.bytes(2)))
    let label = "vault/v1/op"
    let aad = Array("some context".utf8)
    let salt = Self.bytes(3)
    let derived = [one, other].map { key in
      KeyDerivation.hkdf(
        secret: key, salt: salt,
        info: Array(label.utf8) + [0] + Hash.sha256(aad).bytes, length: 64
      ).exposedCopy()
    }
    let keys = derived.map { SymmetricKey(data: $0[..<32]) }
    let ciphertext = Self.collide(keys, aad: aad)
    // It is one: both keys open it, to different things.
    let plain = try keys.map { key in
      try AES.GCM.open(
        AES.GCM.SealedBox(
          nonce: AES.GCM.Nonce(data: [UInt8](repeating: 0, count: 12)),
          ciphertext: ciphertext.dropLast(16), tag: ciphertext.suffix(16)),
        using: key, authenticating: aad)
    }
    #expect(plain[0] != plain[1] && plain[0].count == 64)
    for (number, right, wrong) in [(0, one, other), (1, other, one)] {
      let sealed = salt + derived[number][32...] + ciphertext
      #expect(
        try DeriveSeal.open(sealed, key: right, label: label, aad: aad) == Array(plain[number]))
      #expect(throws: CryptoError(.cannotOpen, "")) {
        try DeriveSeal.open(sealed, key: wrong, label: label, aad: aad)
      }
    }
  }

  private static func bytes(_ value: UInt8) -> [UInt8] { [UInt8](repeating: value, count: 32) }

  /// Four blocks and a tag that hold under both keys with the zero nonce.
  private static func collide(_ keys: [SymmetricKey], aad: [UInt8]) -> [UInt8] {
    let parts = keys.map { hashKey(of: $0) }
    var blocks = (0..<4).map { number in
      Field(Array(repeating: UInt8(0x40 + number), count: 16))
    }
    let free = 2
    blocks[free] = Field(Array(repeating: 0, count: 16))
    let tags = parts.map { tag(blocks, aad: aad, h: $0.h, start: $0.start) }
    // The free block stands before the power of H that counts the blocks from it to the end.
    let powers = parts.map { $0.h.power(UInt64(blocks.count - free + 1)) }
    blocks[free] = (tags[0] + tags[1]) * (powers[0] + powers[1]).inverse
    let common = tag(blocks, aad: aad, h: parts[0].h, start: parts[0].start)
    return blocks.flatMap(\.bytes) + common.bytes
  }

  /// AES(0), and AES of the first counter, which hides the tag: both follow from tags of nothing.
  private static func hashKey(of key: SymmetricKey) -> (h: Field, start: Field) {
    let start = emptyTag(of: key, aad: [])
    let aad = [UInt8](repeating: 0, count: 16)
    let length = Field([0, 0, 0, 0, 0, 0, 0, 128] + [UInt8](repeating: 0, count: 8))
    // Over one zero block the tag is (0 · H + length) · H + start.
    return ((emptyTag(of: key, aad: aad) + start) * length.inverse, start)
  }

  private static func emptyTag(of key: SymmetricKey, aad: [UInt8]) -> Field {
    let nonce = try? AES.GCM.Nonce(data: [UInt8](repeating: 0, count: 12))
    let box = try? AES.GCM.seal([UInt8](), using: key, nonce: nonce, authenticating: aad)
    return Field(Array(box?.tag ?? Data(count: 16)))
  }

  private static func tag(_ blocks: [Field], aad: [UInt8], h: Field, start: Field) -> Field {
    var padded = aad
    while padded.count % 16 != 0 { padded.append(0) }
    var hash = Field([UInt8](repeating: 0, count: 16))
    for index in stride(from: 0, to: padded.count, by: 16) {
      hash = (hash + Field(Array(padded[index..<index + 16]))) * h
    }
    for block in blocks { hash = (hash + block) * h }
    let lengths = [UInt64(aad.count * 8), UInt64(blocks.count * 128)].flatMap { length in
      stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: length >> UInt64($0)) }
    }
    return (hash + Field(lengths)) * h + start
  }

  /// The field of GCM, bit by bit (NIST SP 800-38D, section 6.3).
  private struct Field: Equatable {
    var bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    static func + (left: Field, right: Field) -> Field {
      Field(zip(left.bytes, right.bytes).map { $0 ^ $1 })
    }

    static func * (left: Field, right: Field) -> Field {
      var product = Field([UInt8](repeating: 0, count: 16))
      var shifted = right
      for bit in 0..<128 {
        if left.bytes[bit / 8] >> UInt8(7 - bit % 8) & 1 == 1 { product = product + shifted }
        let isOdd = shifted.bytes[15] & 1 == 1
        var carry: UInt8 = 0
        for index in 0..<16 {
          let next = shifted.bytes[index] & 1
          shifted.bytes[index] = shifted.bytes[index] >> 1 | carry << 7
          carry = next
        }
        if isOdd { shifted.bytes[0] ^= 0xe1 }
      }
      return product
    }

    func power(_ exponent: UInt64) -> Field {
      (1..<exponent).reduce(self) { result, _ in result * self }
    }

    /// x^(2^128 − 2): the product of x^(2^n) for n from 1 to 127.
    var inverse: Field {
      var square = self * self
      var result = square
      for _ in 2..<128 {
        square = square * square
        result = result * square
      }
      return result
    }
  }
}
