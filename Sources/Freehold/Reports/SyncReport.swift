public import VaultEncoding

/// What one sync did.
public struct SyncReport: Hashable, Sendable {
  /// How many files of each kind of change.
  public struct FileCounts: Hashable, Sendable {
    /// Files, folders and links that are new.
    public var added = 0
    /// Files whose content, name, place or attributes changed.
    public var changed = 0
    /// Files, folders and links that are gone.
    public var deleted = 0
    /// Nothing changed.
    public init() {}
    /// The sum of all three.
    public var total: Int { added + changed + deleted }
  }

  /// Bytes sent to nodes: bodies and request lines, over all nodes.
  public var sentBytes = 0
  /// Bytes received from nodes.
  public var receivedBytes = 0
  /// What changed in the folder since the last sync and went into the vault.
  public var outgoing = FileCounts()
  /// What came from other devices and went into the folder.
  public var incoming = FileCounts()
  /// Files with more than one current content.
  public var conflictCount = 0
  /// Whether every pack and every entry is where it should be.
  public var redundancy = RedundancyStatus()
  /// What the person should know, worst first.
  public var problems: [Problem] = []
  /// How long it took.
  public var durationMilliseconds = 0
  /// How many nodes were asked and how many answered.
  public var nodesAsked = 0
  /// How many of them answered.
  public var nodesReached = 0
  /// Whether nothing was done but a rehearsal.
  public var isDryRun = false

  /// An empty report.
  public init() {}
}

/// How far the wish «any k of n» is met.
public struct RedundancyStatus: Hashable, Sendable {
  /// How many shards rebuild a pack.
  public var needed = 1
  /// How many shards a pack has.
  public var total = 1
  /// Whether all shards and entries are acknowledged where they should be.
  public var isMet = false
  /// The status of a vault without data or nodes.
  public init() {}
  /// A known status.
  public init(needed: Int, total: Int, isMet: Bool) {
    self.needed = needed
    self.total = total
    self.isMet = isMet
  }
}

/// Something a person should know about, and what to do about it.
public struct Problem: Hashable, Sendable {
  /// How bad it is; also the order in which problems are shown.
  public enum Severity: Int, Sendable, Comparable {
    /// Data is altered or withheld.
    case danger
    /// Data is less safe than it should be.
    case warning
    /// Good to know.
    case note
    /// Orders by badness, the worst first.
    public static func < (left: Severity, right: Severity) -> Bool {
      left.rawValue < right.rawValue
    }
  }
  /// How bad it is.
  public let severity: Severity
  /// The exit code that goes with it.
  public let code: FreeholdError.Code
  /// What is wrong and where.
  public let message: String
  /// What to type or do next.
  public let hint: String?
  /// The node it is about.
  public let node: DID?

  /// Describes a problem.
  public init(
    _ severity: Severity, _ code: FreeholdError.Code, _ message: String, hint: String? = nil,
    node: DID? = nil
  ) {
    self.severity = severity
    self.code = code
    self.message = message
    self.hint = hint
    self.node = node
  }
}
