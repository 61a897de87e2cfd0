import CPlatform

/// The kernel's generator.
public struct LiveRandomness: Randomness {
  /// Makes a source that draws from the kernel.
  public init() {}

  /// Draws so many bytes from getrandom.
  public func fill(_ count: Int) -> [UInt8] {
    precondition(count >= 0, "a count is not negative")
    return [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      // getrandom fails only on kernels older than 3.17. Going on without randomness would make
      // guessable keys, which is worse than stopping.
      precondition(freehold_random(buffer.baseAddress, count) == 0, "the kernel gives randomness")
      filled = count
    }
  }
}
