internal import CSodium
internal import VaultEncoding

/// The code between entropy and words: each word is eleven bits, the last bits are a checksum.
///
/// Example: 32 bytes are 256 bits; the first 8 bits of their SHA-256 follow; 264 bits are 24 words.
/// The classic second step, a PBKDF2 «seed», is not used: the entropy itself is the root secret.
enum BIP39 {
  /// Entropy lengths of the standard: 12, 15, 18, 21 and 24 words.
  static let entropyBytes: Set<Int> = [16, 20, 24, 28, 32]

  static func wordCount(entropyBytes: Int) -> Int { entropyBytes / 4 * 3 }

  static func words(of entropy: SecretBytes) -> [String] {
    precondition(entropyBytes.contains(entropy.count), "BIP-39 takes 16 to 32 bytes")
    return entropy.withBytes { bytes in
      var words: [String] = []
      var bits = 0
      var pending = 0
      for byte in Array(bytes) + [Hash.sha256(bytes).bytes[0]] {
        pending = pending << 8 | Int(byte)
        bits += 8
        if bits >= 11, words.count < wordCount(entropyBytes: bytes.count) {
          bits -= 11
          words.append(String(decoding: EnglishWords.all[pending >> bits], as: UTF8.self))
          pending &= (1 << bits) - 1
        }
      }
      return words
    }
  }

  /// Reads words in lower case; throws `phraseLength`, `phraseWord` or `phraseChecksum`.
  static func entropy(of words: [[UInt8]]) throws(CryptoError) -> SecretBytes {
    let count = words.count / 3 * 4
    guard words.count.isMultiple(of: 3), entropyBytes.contains(count) else {
      throw CryptoError(.phraseLength, "a phrase has 24 words, not \(words.count)")
    }
    var numbers: [Int] = []
    defer { erase(&numbers) }
    numbers.reserveCapacity(words.count)
    for (place, word) in words.enumerated() {
      guard let number = EnglishWords.number(of: word) else {
        throw CryptoError(.phraseWord, "word \(place + 1) is not in the list")
      }
      numbers.append(number)
    }
    var checksum: UInt8 = 0
    let entropy = SecretBytes(count: count, residence: .locked) { buffer in
      checksum = unpack(numbers, into: buffer)
    }
    let expected = entropy.withBytes { Hash.sha256($0).bytes[0] } >> (8 - count / 4)
    guard checksum == expected else {
      throw CryptoError(.phraseChecksum, "the words do not belong together: one is wrong")
    }
    return entropy
  }

  /// Writes the entropy and returns the checksum bits that follow it.
  private static func unpack(_ numbers: [Int], into buffer: UnsafeMutableRawBufferPointer) -> UInt8
  {
    var bits = 0
    var pending = 0
    var filled = 0
    for number in numbers {
      pending = pending << 11 | number
      bits += 11
      while bits >= 8 && filled < buffer.count {
        bits -= 8
        buffer[filled] = UInt8(truncatingIfNeeded: pending >> bits)
        pending &= (1 << bits) - 1
        filled += 1
      }
    }
    return UInt8(truncatingIfNeeded: pending)
  }

  private static func erase(_ numbers: inout [Int]) {
    numbers.withUnsafeMutableBytes { sodium_memzero($0.baseAddress, $0.count) }
  }
}
