public import VaultEncoding

/// What a `WatchSession` is told.
public enum WatchEvent: Sendable {
  /// Something may have changed in the folder.
  case folderChanged
  /// Whether changes everywhere in the folder are noticed when they happen.
  case folderSeen(isWhole: Bool)
  /// The sync that was asked for is over.
  case syncEnded(WatchOutcome)
  /// A node told its content digest.
  case nodeAnswered(DID, Bytes32, number: Int)
  /// A node did not.
  case nodeFailed(DID, NodeFailure, number: Int)
  /// The deadline is over.
  case timePassed
}

/// How a sync ended, as far as it matters for what comes next.
public struct WatchOutcome: Sendable {
  /// How it ended.
  public enum Result: Sendable, Hashable {
    /// It went through, at least with some nodes or with this device alone.
    case done
    /// Somebody else has the vault open.
    case busy
    /// It waits for a person to decide.
    case held
    /// It did not.
    case failed
  }

  /// How the vault and its nodes are after it.
  public struct State: Sendable {
    /// What this device holds: a content digest (docs/spec/sync.md section 2).
    public var digest: Bytes32
    /// The vault's nodes.
    public var nodes: Set<DID>
    /// Those that were not reached.
    public var missed: Set<DID>
    /// Those that answered and did not get or give everything.
    public var unfinished: Set<DID>

    /// How they are.
    public init(
      digest: Bytes32, nodes: Set<DID>, missed: Set<DID> = [], unfinished: Set<DID> = []
    ) {
      self.digest = digest
      self.nodes = nodes
      self.missed = missed
      self.unfinished = unfinished
    }
  }

  /// How it ended.
  public var result: Result
  /// How everything is; nil when the vault was not opened.
  public var state: State?
  /// Whether the folder holds something that it did not take in or write itself.
  public var folderChanged: Bool

  /// An outcome.
  public init(_ result: Result, state: State? = nil, folderChanged: Bool = false) {
    self.result = result
    self.state = state
    self.folderChanged = folderChanged
  }
}
