extension RandomNumberGenerator {
  /// Draws `count` bytes, eight from each number, least significant first.
  public mutating func nextBytes(_ count: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      fill(UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[..<count]))
      initialized = count
    }
  }

  mutating func fill(_ buffer: UnsafeMutableRawBufferPointer) {
    var word: UInt64 = 0
    for index in buffer.indices {
      if index & 7 == 0 { word = next() }
      buffer[index] = UInt8(truncatingIfNeeded: word)
      word >>= 8
    }
  }
}
