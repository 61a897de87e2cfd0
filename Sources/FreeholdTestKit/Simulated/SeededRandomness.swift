import Synchronization
public import VaultEnvironment

/// Randomness that follows from a seed, drawn in the order of the calls.
public final class SeededRandomness: Randomness {
  private let generator: Mutex<SeededGenerator>

  /// The stream of a seed.
  public init(seed: UInt64) {
    generator = Mutex(SeededGenerator(seed: seed))
  }

  /// Draws so many bytes of the stream.
  public func fill(_ count: Int) -> [UInt8] {
    generator.withLock { $0.bytes(count) }
  }
}
