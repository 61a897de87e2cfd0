import Synchronization

/// A fixed number of locks shared by any number of keys: two requests about the same vault or the
/// same shard take turns, others nearly never wait for each other.
final class StripedLocks: Sendable {
  private final class Stripe: Sendable {
    let mutex = Mutex(())
  }

  private let stripes: [Stripe]

  init(count: Int = 256) {
    stripes = (0..<count).map { _ in Stripe() }
  }

  /// Runs `body` while no other caller with the same key does.
  ///
  /// Not reentrant.
  func withLock<Value, Failure: Error>(
    on key: some Hashable, _ body: () throws(Failure) -> Value
  ) throws(Failure) -> Value {
    let index = Int(UInt(bitPattern: key.hashValue) % UInt(stripes.count))
    return try stripes[index].mutex.withLock { _ throws(Failure) -> sending Value in
      try body()
    }
  }
}
