import VaultEncoding

/// A generator that repeats itself: SplitMix64 (Steele, Lea & Flood 2014).
struct Seeded: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var word = state
    word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
    word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
    return word ^ (word >> 31)
  }

  mutating func below(_ bound: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  mutating func bytes(_ count: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      let raw = UnsafeMutableRawBufferPointer(buffer)
      let whole = count / 8 * 8
      for place in stride(from: 0, to: whole, by: 8) {
        raw.storeBytes(of: next().littleEndian, toByteOffset: place, as: UInt64.self)
      }
      let word = next()
      for place in whole..<count {
        raw[place] = UInt8(truncatingIfNeeded: word >> UInt64(8 * (place - whole)))
      }
      initialized = count
    }
  }

  mutating func bytes32() -> Bytes32 {
    Bytes32(words: (next(), next(), next(), next()))
  }

  mutating func did() -> DID {
    DID(key: bytes32())
  }
}
