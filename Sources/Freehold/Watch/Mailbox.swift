import Synchronization
import VaultEnvironment

/// What many have to tell one, in order; the one waits for it, but no longer than it wants to.
final class Mailbox<Item: Sendable>: Sendable {
  private struct State {
    var items: [Item] = []
    var waiting: CheckedContinuation<Void, Never>?
  }

  private let state = Mutex(State())

  /// Puts something in.
  func post(_ item: Item) {
    wake { $0.items.append(item) }
  }

  /// Everything that was put in since the last time; waits for something when there is nothing.
  ///
  /// Empty when the time is over, or the task was cancelled. Only one may wait at a time.
  func next(within time: Duration?, by clock: any VaultClock) async -> [Item] {
    if state.withLock({ $0.items.isEmpty }) {
      await withTaskGroup(of: Void.self) { group in
        group.addTask { await self.waitForItems() }
        if let time { group.addTask { try? await clock.sleep(for: time) } }
        await group.next()
        group.cancelAll()
      }
    }
    return state.withLock { state in
      defer { state.items = [] }
      return state.items
    }
  }

  private func waitForItems() async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isDone = state.withLock { state in
          if !state.items.isEmpty || Task.isCancelled { return true }
          state.waiting = continuation
          return false
        }
        if isDone { continuation.resume() }
      }
    } onCancel: {
      wake { _ in }
    }
  }

  private func wake(_ change: (inout State) -> Void) {
    let waiting = state.withLock { state in
      change(&state)
      defer { state.waiting = nil }
      return state.waiting
    }
    waiting?.resume()
  }
}
