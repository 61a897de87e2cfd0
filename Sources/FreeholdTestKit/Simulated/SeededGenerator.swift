/// A generator whose whole stream follows from its seed: xoshiro256**, seeded by SplitMix64.
///
/// The idea: four words are stirred by shifts and rotations; the seed is spread over them so that
/// neighbouring seeds give unrelated streams. Blackman and Vigna, "Scrambled linear pseudorandom
/// number generators" (2021). For tests only: the stream can be predicted.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: (UInt64, UInt64, UInt64, UInt64)

  /// The stream of a seed.
  public init(seed: UInt64) {
    var spread = seed
    func nextWord() -> UInt64 {
      spread &+= 0x9e37_79b9_7f4a_7c15
      var word = spread
      word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
      word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
      return word ^ (word >> 31)
    }
    state = (nextWord(), nextWord(), nextWord(), nextWord())
  }

  /// The next 64 bits of the stream.
  public mutating func next() -> UInt64 {
    let result = rotated(state.1 &* 5, by: 7) &* 9
    let shifted = state.1 << 17
    state.2 ^= state.0
    state.3 ^= state.1
    state.1 ^= state.2
    state.0 ^= state.3
    state.2 ^= shifted
    state.3 = rotated(state.3, by: 45)
    return result
  }

  /// True once in so many times on average.
  public mutating func happens(onceIn times: UInt64) -> Bool {
    precondition(times > 0, "something happens once in at least one time")
    return next() % times == 0
  }

  /// A number of a range, each about as likely as the others.
  public mutating func number(in range: ClosedRange<Int>) -> Int {
    range.lowerBound + Int(next() % UInt64(range.count))
  }

  /// So many bytes of the stream.
  public mutating func bytes(_ count: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count + 7)
    while bytes.count < count {
      let word = next()
      for shift in stride(from: 56, through: 0, by: -8) {
        bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
      }
    }
    bytes.removeLast(bytes.count - count)
    return bytes
  }

  private func rotated(_ word: UInt64, by count: UInt64) -> UInt64 {
    word << count | word >> (64 - count)
  }
}
