public import VaultEncoding

/// Tells the time and lets it pass.
public protocol VaultClock: Sendable {
  /// The wall clock. It may be wrong and may jump; nothing is decided by it alone.
  func now() -> Timestamp

  /// The time since some fixed moment; it never goes backwards and never jumps.
  func monotonic() -> Duration

  /// Waits; throws `CancellationError` as soon as the task is cancelled.
  func sleep(for duration: Duration) async throws
}
