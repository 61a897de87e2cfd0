import Synchronization
public import VaultEncoding
public import VaultEnvironment

/// A clock that stands still until it is moved.
///
/// Sleepers wake in the order of their time, then of their arrival, when `advance` passes them.
/// With `isJumping` a sleep moves the clock by itself and returns at once, for a test with a
/// single thread of events. The wall clock may be set wrong apart from the monotonic one.
public final class SimulatedClock: VaultClock {
  /// 2026-01-01T00:00:00Z, where simulations begin unless they say otherwise.
  public static let usualStart = Timestamp(milliseconds: 1_767_225_600_000)

  private struct Sleeper {
    let number: UInt64
    let wakes: Duration
    let continuation: CheckedContinuation<Void, any Error>
  }

  private struct State {
    var elapsed: Duration = .zero
    var wallAtZero: Timestamp
    var sleepers: [Sleeper] = []
    var nextNumber: UInt64 = 0
    var cancelled: Set<UInt64> = []
  }

  private let isJumping: Bool
  private let state: Mutex<State>

  /// A clock that shows a moment and stands still.
  public init(start: Timestamp = SimulatedClock.usualStart, isJumping: Bool = false) {
    self.isJumping = isJumping
    state = Mutex(State(wallAtZero: start))
  }

  /// The wall clock.
  public func now() -> Timestamp {
    state.withLock { $0.wallAtZero.advanced(byMilliseconds: $0.elapsed.wholeMilliseconds) }
  }

  /// The time since the clock was made.
  public func monotonic() -> Duration { state.withLock { $0.elapsed } }

  /// Waits until the clock has been moved so far.
  public func sleep(for duration: Duration) async throws {
    try Task.checkCancellation()
    if isJumping || duration <= .zero {
      if duration > .zero { advance(by: duration) }
      await Task.yield()
      return
    }
    let number = state.withLock { state in
      state.nextNumber += 1
      return state.nextNumber
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let isCancelled = state.withLock { state in
          if state.cancelled.remove(number) != nil { return true }
          state.sleepers.append(
            Sleeper(
              number: number, wakes: state.elapsed + duration, continuation: continuation))
          return false
        }
        if isCancelled { continuation.resume(throwing: CancellationError()) }
      }
    } onCancel: {
      cancel(number)
    }
  }

  /// Moves both clocks on and wakes those whose time has come.
  public func advance(by duration: Duration) {
    precondition(duration >= .zero, "time goes forward")
    let due = state.withLock { state in
      state.elapsed += duration
      let now = state.elapsed
      let due = state.sleepers.filter { $0.wakes <= now }
      state.sleepers.removeAll { $0.wakes <= now }
      return due.sorted { ($0.wakes, $0.number) < ($1.wakes, $1.number) }
    }
    for sleeper in due { sleeper.continuation.resume() }
  }

  /// Moves to the moment at which the next sleeper wakes; false when nobody sleeps.
  @discardableResult
  public func advanceToNextSleeper() -> Bool {
    let wait = state.withLock { state in
      state.sleepers.map(\.wakes).min().map { max($0 - state.elapsed, .zero) }
    }
    guard let wait else { return false }
    advance(by: wait)
    return true
  }

  /// How many sleep.
  public var sleeperCount: Int { state.withLock { $0.sleepers.count } }

  /// Sets the wall clock, rightly or wrongly; the monotonic one goes on as before.
  public func setWall(to moment: Timestamp) {
    state.withLock {
      $0.wallAtZero = moment.advanced(byMilliseconds: -$0.elapsed.wholeMilliseconds)
    }
  }

  private func cancel(_ number: UInt64) {
    let sleeper = state.withLock { state -> Sleeper? in
      guard let index = state.sleepers.firstIndex(where: { $0.number == number }) else {
        // Cancelled before it began to wait, or woken already.
        state.cancelled.insert(number)
        return nil
      }
      return state.sleepers.remove(at: index)
    }
    sleeper?.continuation.resume(throwing: CancellationError())
  }
}

extension Duration {
  var wholeMilliseconds: Int64 {
    components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000
  }
}
