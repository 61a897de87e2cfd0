import Freehold
import Synchronization
import VaultEnvironment

/// How far a run has come, on one line of a terminal, redrawn at most ten times a second.
final class ProgressLine: Sendable {
  private static let pause = Duration.milliseconds(100)

  private struct Drawn {
    var last: Duration?
    var phase: SyncProgress.Phase?
    var phaseBegan = Duration.zero
  }

  private let console: Console
  private let clock: any VaultClock
  private let drawn = Mutex(Drawn())

  /// A line on a console; it draws nothing where nobody sees it.
  init(_ session: Session) {
    console = session.console
    clock = session.environment.clock
  }

  /// The progress to hand to the library.
  func progress() -> SyncProgress {
    guard console.showsProgress else { return SyncProgress() }
    return SyncProgress { state in self.draw(state) }
  }

  private func draw(_ state: SyncProgress.State) {
    let now = clock.monotonic()
    let began = drawn.withLock { drawn -> Duration? in
      if drawn.phase != state.phase {
        drawn.phase = state.phase
        drawn.phaseBegan = now
      } else if let last = drawn.last, now - last < Self.pause {
        return nil
      }
      drawn.last = now
      return drawn.phaseBegan
    }
    guard let began else { return }
    console.progress(Self.text(state, elapsed: now - began))
  }

  /// The line, such as `reading  12 of 340 files  1.2 GiB of 4 GiB  80 MiB/s  36 s left`.
  static func text(_ state: SyncProgress.State, elapsed: Duration) -> String {
    var parts = [state.phase.rawValue]
    if state.files.done > 0 || state.files.all > 0 {
      let all = state.files.all > 0 ? " of \(Wording.grouped(state.files.all))" : ""
      parts.append("\(Wording.grouped(state.files.done))\(all) files")
    }
    let milliseconds = Int(elapsed / .milliseconds(1))
    if state.bytes.done > 0 {
      let all = state.bytes.all > 0 ? " of \(Wording.size(state.bytes.all))" : ""
      parts.append(Wording.size(state.bytes.done) + all)
      if milliseconds >= 1000 {
        let rate = Int(Double(state.bytes.done) / Double(milliseconds) * 1000)
        parts.append("\(Wording.size(rate))/s")
        if state.bytes.all > state.bytes.done, rate > 0 {
          let left = (state.bytes.all - state.bytes.done) / rate * 1000
          parts.append("\(Wording.duration(milliseconds: max(1000, left))) left")
        }
      }
    }
    return parts.joined(separator: "  ")
  }
}
