import Synchronization

/// Bytes of bodies that the node holds in memory at once.
///
/// A request reserves what its body may take before it reads the first byte, waits in line when
/// there is no room, and hears 503 when the line is full: memory is bounded by configuration,
/// whatever clients do.
final class BodyBudget: Sendable {
  private struct Waiting {
    let id: UInt64
    let bytes: Int
    let continuation: CheckedContinuation<Bool, Never>
  }

  private struct State {
    var free: Int
    var waiting: [Waiting] = []
    var nextID: UInt64 = 0
    var cancelled: Set<UInt64> = []
  }

  private let capacity: Int
  private let waitingMax: Int
  private let state: Mutex<State>

  init(bytes: Int, waitingMax: Int) {
    capacity = bytes
    self.waitingMax = waitingMax
    state = Mutex(State(free: bytes))
  }

  /// Reserves `bytes`; false when too many wait already or the task was cancelled.
  func reserve(_ bytes: Int) async -> Bool {
    precondition(bytes <= capacity, "a body above the whole budget")
    let id = state.withLock { state in
      state.nextID &+= 1
      return state.nextID
    }
    defer { state.withLock { _ = $0.cancelled.remove(id) } }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let answer: Bool? = state.withLock { state in
          if state.cancelled.contains(id) { return false }
          // First come, first served: nobody overtakes a large body for ever.
          if state.waiting.isEmpty, state.free >= bytes {
            state.free -= bytes
            return true
          }
          guard state.waiting.count < waitingMax else { return false }
          state.waiting.append(Waiting(id: id, bytes: bytes, continuation: continuation))
          return nil
        }
        if let answer { continuation.resume(returning: answer) }
      }
    } onCancel: {
      cancel(id)
    }
  }

  /// Gives back what `reserve` took.
  func release(_ bytes: Int) {
    let woken: [Waiting] = state.withLock { state in
      state.free += bytes
      return Self.wake(&state)
    }
    for waiting in woken { waiting.continuation.resume(returning: true) }
  }

  private static func wake(_ state: inout State) -> [Waiting] {
    var count = 0
    while count < state.waiting.count, state.free >= state.waiting[count].bytes {
      state.free -= state.waiting[count].bytes
      count += 1
    }
    let woken = Array(state.waiting.prefix(count))
    state.waiting.removeFirst(count)
    return woken
  }

  private func cancel(_ id: UInt64) {
    let (refused, woken) = state.withLock { state -> (Waiting?, [Waiting]) in
      guard let index = state.waiting.firstIndex(where: { $0.id == id }) else {
        state.cancelled.insert(id)
        return (nil, [])
      }
      let refused = state.waiting.remove(at: index)
      return (refused, Self.wake(&state))
    }
    refused?.continuation.resume(returning: false)
    for waiting in woken { waiting.continuation.resume(returning: true) }
  }
}
