/// The times that a `WatchSession` keeps.
public struct WatchPace: Sendable, Hashable {
  /// How long the folder is quiet before a sync begins: an editor's save is over by then.
  public var quiet = Duration.milliseconds(200)
  /// How long unrest in the folder holds a sync up.
  public var unrestMost = Duration.seconds(1)
  /// How long to wait after a node's news for those of the others.
  public var newsQuiet = Duration.milliseconds(30)
  /// How often everything is scanned although nothing was noticed.
  public var scan = Duration.seconds(600)
  /// The same where changes are not noticed everywhere.
  public var scanUnseen = Duration.seconds(60)
  /// Pauses after a sync that found the vault in use.
  public var busy = BackOff(first: .milliseconds(250), most: .seconds(5))
  /// Pauses after a sync that failed.
  public var failure = BackOff(first: .seconds(2), most: .seconds(120))
  /// Pauses after a sync that left something undone at a node that answers.
  public var remainder = BackOff(first: .seconds(15), most: .seconds(600))
  /// Pauses after a node did not answer, or refused.
  public var node = BackOff(first: .seconds(1), most: .seconds(60))
  /// Pauses between questions to a node that cannot wait.
  public var poll = BackOff(first: .seconds(10), most: .seconds(120))

  /// The usual.
  public init() {}
}

/// Pauses that double from a first to a longest, each longer or shorter by up to a quarter, so that
/// many who failed together do not come back together.
public struct BackOff: Sendable, Hashable {
  /// The first pause.
  public var first: Duration
  /// The longest pause, before chance.
  public var most: Duration

  /// Pauses between two lengths.
  public init(first: Duration, most: Duration) {
    self.first = first
    self.most = most
  }

  /// The pause after so many failures in a row, one or more.
  public func pause(
    after failures: Int, using generator: inout some RandomNumberGenerator
  ) -> Duration {
    let doublings = min(max(failures, 1) - 1, 30)
    let plain = min(first * (1 << doublings), most)
    // 768 to 1,280 parts of 1,024.
    return plain * Int(768 + generator.next() % 513) / 1024
  }
}
