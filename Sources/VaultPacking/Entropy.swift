// Telling incompressible content before compressing it.
//
// The idea: most big files are pictures, films and archives, whose bytes are as even as noise.
// Sixty-four pieces of 64 bytes, spread over the chunk, are counted by value; when bytes are
// even, the sum of the squared counts is near its smallest possible value. The sum is the chance
// that two bytes of the sample are equal (collision entropy), so it needs no logarithm:
//
//     even bytes:     Σ c² ≈ N²/256 + N          (N = 4,096 bytes: 69,632, give or take 0.5 %)
//     English text:   Σ c² ≈ N²/15
//
// It costs three microseconds for a chunk of any length. What it cannot see is content whose bytes
// are even but which repeats itself at a distance; such content is stored as it is, and equal
// chunks are stored once anyway.

/// A cheap guess whether compressing is worth trying.
enum Entropy {
  static let pieceBytes = 64
  static let pieces = 64
  /// Shorter content is always tried: its sample says little and its compression costs little.
  static let sampledBytesMin = 16 << 10

  /// Whether the bytes are so even that a compressor would gain less than it costs.
  ///
  /// The bound is 3 % above the value of perfectly even bytes: 7.95 bits of collision entropy for
  /// each byte. Deflated, JPEG and encrypted content lies above that entropy.
  static func isSpent(_ content: UnsafeRawBufferPointer) -> Bool {
    guard content.count >= sampledBytesMin else { return false }
    let step = (content.count - pieceBytes) / (pieces - 1)
    return withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 256) { counts in
      counts.initialize(repeating: 0)
      for piece in 0..<pieces {
        let start = piece * step
        for place in start..<start + pieceBytes { counts[Int(content[place])] += 1 }
      }
      let sum = counts.reduce(into: UInt64(0)) { $0 += UInt64($1) * UInt64($1) }
      let sample = UInt64(pieceBytes * pieces)
      let even = sample * sample / 256 + sample
      return sum <= even + even * 3 / 100
    }
  }
}
