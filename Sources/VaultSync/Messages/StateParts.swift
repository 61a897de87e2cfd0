public import VaultEncoding

/// What one party holds, for the parts in which two parties differ: the size of this follows from
/// the number of devices, never from the length of the history.
public struct StateParts: Hashable, Sendable {
  /// How far a feed goes, in short.
  public struct FeedMark: Hashable, Sendable {
    /// The number of entries.
    public let count: Int
    /// The chain after them.
    public let chain: HashPrefix

    /// The short form of a position.
    public init(_ position: FeedPosition) {
      count = position.count
      chain = HashPrefix(position.chain)
    }

    init(count: Int, chain: HashPrefix) {
      self.count = count
      self.chain = chain
    }
  }

  /// A device's newest head, in short.
  public struct HeadMark: Hashable, Sendable {
    /// Its number.
    public let sequence: Int
    /// Its name.
    public let name: HashPrefix

    /// The short form of a head.
    public init(sequence: Int, name: HashPrefix) {
      self.sequence = sequence
      self.name = name
    }
  }

  /// The policy entries that no other builds on: they stand for all that they build on.
  ///
  /// nil when the policy is not compared.
  public var policy: [HashPrefix]?
  /// The newest head of each device; nil when heads are not compared.
  public var heads: [DID: HeadMark]?
  /// The feeds of the scopes that are compared, by device.
  public var scopes: [ScopeID: [DID: FeedMark]]

  /// Compares nothing, or what is given.
  public init(
    policy: [HashPrefix]? = nil, heads: [DID: HeadMark]? = nil,
    scopes: [ScopeID: [DID: FeedMark]] = [:]
  ) {
    self.policy = policy
    self.heads = heads
    self.scopes = scopes
  }

  /// How far a feed goes, where its scope is compared.
  public subscript(feed: FeedKey) -> FeedMark? { scopes[feed.scope]?[feed.device] }

  /// Adds a scope with its feeds out of a vector.
  public mutating func add(_ scope: ScopeID, of vector: FeedVector) {
    var marks: [DID: FeedMark] = [:]
    for (feed, position) in vector where feed.scope == scope {
      marks[feed.device] = FeedMark(position)
    }
    scopes[scope] = marks
  }
}

extension StateParts {
  /// `[policy or null, heads or null, scopes]`; devices are named by their 32-byte keys.
  var wireValue: CBORValue {
    let policyValue = policy.map { CBORValue.array($0.map(\.wireValue)) }
    let headsValue = heads.map { heads in
      Self.wireValue(of: heads.mapValues { ($0.sequence, $0.name) })
    }
    let scopeValues = scopes.sorted { $0.key < $1.key }.map { scope, feeds -> CBORValue in
      let marks = Self.wireValue(of: feeds.mapValues { ($0.count, $0.chain) })
      return .array([.bytes(scope.bytes), marks])
    }
    return .array([policyValue ?? .null, headsValue ?? .null, .array(scopeValues)])
  }

  /// `[[device key, number, prefix], …]`.
  private static func wireValue(of marks: [DID: (Int, HashPrefix)]) -> CBORValue {
    let items = marks.sorted { $0.key < $1.key }.map { device, mark -> CBORValue in
      .array([.bytes(device.key.bytes), .unsigned(UInt64(mark.0)), mark.1.wireValue])
    }
    return .array(items)
  }

  init(wire value: CBORValue) throws(MessageError) {
    let parts = try value.wireTuple("parts", count: 3)
    if parts[0] != .null {
      policy = try parts[0].wireArray("policy", countMax: SyncLimits.policyEntriesMax).map {
        item throws(MessageError) in try HashPrefix(wire: item, "policy")
      }
    }
    if parts[1] != .null {
      var marks: [DID: HeadMark] = [:]
      for (device, number, prefix) in try Self.triples(parts[1], "head") {
        marks[device] = HeadMark(sequence: number, name: prefix)
      }
      heads = marks
    }
    scopes = [:]
    var feedsLeft = SyncLimits.feedsMax
    for item in try parts[2].wireArray("scopes", countMax: SyncLimits.feedsMax) {
      let pair = try item.wireTuple("scope", count: 2)
      let triples = try Self.triples(pair[1], "feed")
      feedsLeft -= triples.count
      guard feedsLeft >= 0 else { throw .limit("feeds of all scopes") }
      var marks: [DID: FeedMark] = [:]
      for (device, count, chain) in triples { marks[device] = FeedMark(count: count, chain: chain) }
      guard scopes.updateValue(marks, forKey: try pair[0].wireScope("scope")) == nil else {
        throw .field("a scope is named twice")
      }
    }
  }

  /// `[[device key, number, prefix], …]`; a device may be named once.
  private static func triples(
    _ value: CBORValue, _ what: String
  ) throws(MessageError) -> [(DID, Int, HashPrefix)] {
    var named: Set<DID> = []
    var triples: [(DID, Int, HashPrefix)] = []
    for item in try value.wireArray(what, countMax: SyncLimits.feedsMax) {
      let fields = try item.wireTuple(what, count: 3)
      let device = DID(key: try fields[0].wireBytes32(what))
      guard named.insert(device).inserted else { throw .field("a device is named twice") }
      triples.append(
        (device, try fields[1].wireInt(what), try HashPrefix(wire: fields[2], what)))
    }
    return triples
  }
}
