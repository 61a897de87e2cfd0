/// A small seeded generator (SplitMix64): one seed, one run.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}

/// A generator that gives out bytes of a vector, then zeros.
struct ScriptedGenerator: RandomNumberGenerator {
  private var script: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) {
    script = bytes[...]
  }

  mutating func next() -> UInt64 {
    let word = script.prefix(8).enumerated().reduce(UInt64(0)) { $0 | UInt64($1.1) << (8 * $1.0) }
    script = script.dropFirst(8)
    return word
  }
}

/// `bytes` with one bit changed.
func flipping(_ bytes: [UInt8], at index: Int, bit: Int = 0) -> [UInt8] {
  var changed = bytes
  changed[index] ^= 1 << UInt8(bit)
  return changed
}
