import Glibc
public import VaultEncoding

/// The clocks of the machine.
public struct LiveClock: VaultClock {
  /// Makes the machine's clock.
  public init() {}

  /// The system's wall clock.
  public func now() -> Timestamp {
    let moment = read(CLOCK_REALTIME)
    return Timestamp(milliseconds: Int64(moment.tv_sec) * 1_000 + Int64(moment.tv_nsec) / 1_000_000)
  }

  /// The time since the machine started, sleep included.
  public func monotonic() -> Duration {
    let moment = read(CLOCK_BOOTTIME)
    return Duration(
      secondsComponent: Int64(moment.tv_sec),
      attosecondsComponent: Int64(moment.tv_nsec) * 1_000_000_000)
  }

  /// Waits without occupying a thread.
  public func sleep(for duration: Duration) async throws {
    try await Task.sleep(for: duration)
  }

  private func read(_ clock: clockid_t) -> timespec {
    var moment = timespec()
    let result = clock_gettime(clock, &moment)
    precondition(result == 0, "the kernel has both clocks")
    return moment
  }
}
