import Dispatch
import Freehold
import Glibc
import Synchronization

/// Ctrl-C and SIGTERM.
///
/// The first asks the verb to end where nothing is half done, the second ends
/// the process at once. So does the end of the time that the verb is given: every write of the
/// library is atomic, so even that loses nothing that was said to be kept.
final class Interrupts: Sendable {
  private static let graceSeconds = 20
  private static let signals = [SIGINT, SIGTERM, SIGHUP]

  private struct State {
    var count = 0
    var first: Int32?
    var action: (@Sendable () -> Void)?
  }

  private let console: Console
  private let state = Mutex(State())
  // Written once in init and only kept alive after that.
  nonisolated(unsafe) private var sources: [any DispatchSourceSignal] = []

  /// Starts to listen.
  init(console: Console) {
    self.console = console
    sources = Self.signals.map { number in
      signal(number, SIG_IGN)
      return DispatchSource.makeSignalSource(signal: number, queue: .global())
    }
    for (source, number) in zip(sources, Self.signals) {
      source.setEventHandler { [weak self] in self?.caught(number) }
      source.resume()
    }
  }

  /// Whether a signal came.
  var hasHappened: Bool { state.withLock { $0.count > 0 } }

  /// Whether the first signal was the one by which services are stopped.
  var isTermination: Bool { state.withLock { $0.first == SIGTERM } }

  /// What the first signal does.
  func onFirst(_ action: @escaping @Sendable () -> Void) {
    let isLate = state.withLock { state in
      state.action = action
      return state.count > 0
    }
    if isLate { action() }
  }

  private func caught(_ number: Int32) {
    let (count, action) = state.withLock { state in
      state.count += 1
      state.first = state.first ?? number
      return (state.count, state.action)
    }
    // A question that waits for an answer is nothing to finish.
    guard count == 1, !TerminalPrompt.isAsking else { Self.end() }
    console.endProgress()
    console.talk("stopping; what was done so far is kept. Again to stop at once")
    action?()
    DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(Self.graceSeconds)) {
      Self.end()
    }
  }

  private static func end() -> Never {
    TerminalPrompt.restore()
    _exit(FreeholdError.Code.interrupted.rawValue32)
  }
}
