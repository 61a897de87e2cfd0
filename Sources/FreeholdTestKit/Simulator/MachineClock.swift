import Synchronization
public import VaultEncoding
public import VaultEnvironment

/// The clock of one simulated machine: all share one timeline, and each may show a wrong date.
public final class MachineClock: VaultClock {
  private let timeline: SimulatedTimeline
  private let wallAtZero: Mutex<Timestamp>

  /// A clock on a timeline that begins at a date.
  public init(_ timeline: SimulatedTimeline, start: Timestamp = SimulatedClock.usualStart) {
    self.timeline = timeline
    wallAtZero = Mutex(start)
  }

  /// The wall clock, right or wrong.
  public func now() -> Timestamp {
    wallAtZero.withLock { $0.advanced(byMilliseconds: timeline.elapsed.wholeMilliseconds) }
  }

  /// The time since the simulation began.
  public func monotonic() -> Duration { timeline.elapsed }

  /// Waits on the timeline.
  public func sleep(for duration: Duration) async throws {
    try await timeline.sleep(for: duration)
  }

  /// Sets the wall clock off by so much.
  public func setError(_ error: Duration) {
    wallAtZero.withLock {
      $0 = SimulatedClock.usualStart.advanced(byMilliseconds: error.wholeMilliseconds)
    }
  }
}
