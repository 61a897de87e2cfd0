import Synchronization
import VaultCrypto
public import VaultEncoding

/// What happened in a run, in order: decisions, lengths and outcomes; never bytes of ciphertext,
/// which differ between two runs of one seed because HPKE draws its own randomness.
public final class SimulationTrace: Sendable {
  private let lines = Mutex<[String]>([])
  private let counts = Mutex<[Happening: Int]>([:])
  private let timeline: SimulatedTimeline

  init(_ timeline: SimulatedTimeline) {
    self.timeline = timeline
  }

  /// Writes a line down, with the time.
  public func note(_ line: @autoclosure () -> String) {
    let text = "\(timeline.elapsed.wholeMilliseconds) \(line())"
    lines.withLock { $0.append(text) }
  }

  /// Counts something that went wrong.
  public func count(_ happening: Happening, times: Int = 1) {
    counts.withLock { $0[happening, default: 0] += times }
  }

  /// How often everything went wrong.
  public var happenings: [Happening: Int] { counts.withLock { $0 } }

  /// All lines so far.
  public var all: [String] { lines.withLock { $0 } }

  /// One hash over all lines.
  public var digest: Bytes32 { Hash.sha256(Array(all.joined(separator: "\n").utf8)) }
}
