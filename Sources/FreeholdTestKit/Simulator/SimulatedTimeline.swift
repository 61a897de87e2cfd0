import Synchronization

/// The one time of a simulation: sleepers and messages under way, in the order of their moments.
///
/// It moves only when nothing else can be done, and then straight to the next event.
public final class SimulatedTimeline: Sendable {
  private enum Action {
    case wake(CheckedContinuation<Void, any Error>)
    case perform(@Sendable () -> Void)
  }

  private struct Event {
    let number: UInt64
    let moment: Duration
    let action: Action
  }

  private struct State {
    var elapsed: Duration = .zero
    var events: [Event] = []
    var nextNumber: UInt64 = 0
    var cancelled: Set<UInt64> = []
  }

  private let state = Mutex(State())

  /// A timeline at its beginning.
  public init() {}

  /// How much time has passed.
  public var elapsed: Duration { state.withLock { $0.elapsed } }

  /// Waits; throws `CancellationError` as soon as the task is cancelled.
  public func sleep(for duration: Duration) async throws {
    try Task.checkCancellation()
    let number = state.withLock { state in
      state.nextNumber += 1
      return state.nextNumber
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let isCancelled = state.withLock { state in
          if state.cancelled.remove(number) != nil { return true }
          state.events.append(
            Event(
              number: number, moment: state.elapsed + max(duration, .zero),
              action: .wake(continuation)))
          return false
        }
        if isCancelled { continuation.resume(throwing: CancellationError()) }
      }
    } onCancel: {
      cancel(number)
    }
  }

  /// Does something later, between two jobs.
  public func schedule(after duration: Duration, _ body: @escaping @Sendable () -> Void) {
    state.withLock { state in
      state.nextNumber += 1
      state.events.append(
        Event(
          number: state.nextNumber, moment: state.elapsed + duration, action: .perform(body)))
    }
  }

  /// Goes to the next event and lets it happen; false when there is none.
  public func advance() -> Bool {
    let next = state.withLock { state -> Event? in
      guard
        let index = state.events.indices.min(by: {
          (state.events[$0].moment, state.events[$0].number)
            < (state.events[$1].moment, state.events[$1].number)
        })
      else { return nil }
      let event = state.events.remove(at: index)
      state.elapsed = max(state.elapsed, event.moment)
      return event
    }
    switch next?.action {
    case .wake(let continuation): continuation.resume()
    case .perform(let body): body()
    case nil: return false
    }
    return true
  }

  private func cancel(_ number: UInt64) {
    let continuation = state.withLock { state -> CheckedContinuation<Void, any Error>? in
      guard let index = state.events.firstIndex(where: { $0.number == number }),
        case .wake(let continuation) = state.events[index].action
      else {
        // Cancelled before it began to wait, or woken already.
        state.cancelled.insert(number)
        return nil
      }
      state.events.remove(at: index)
      return continuation
    }
    continuation?.resume(throwing: CancellationError())
  }
}
