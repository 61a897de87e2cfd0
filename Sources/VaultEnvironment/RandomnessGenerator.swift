/// Gives an environment's randomness the standard library's form.
///
/// It draws 256 bytes at a time, because each draw is a call into the kernel, and forgets what it
/// has given away. A copy would repeat the bytes still in the buffer, so pass it `inout`.
public struct RandomnessGenerator: RandomNumberGenerator {
  private static let bufferBytes = 256

  private let source: any Randomness
  private var buffer: [UInt8] = []

  /// A generator that draws from the given source.
  public init(drawingFrom source: any Randomness) {
    self.source = source
  }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    if buffer.isEmpty { buffer = source.fill(Self.bufferBytes) }
    let start = buffer.count - 8
    let word = buffer[start...].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    buffer.removeLast(8)
    return word
  }
}
