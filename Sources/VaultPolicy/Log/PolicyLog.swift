import VaultCrypto
public import VaultEncoding

/// The signed history of who may do what in a vault: a set of entries that only grows.
///
/// docs/spec/policy.md.
///
/// Entries may be added in any order; one that names others waits for them. What the log amounts
/// to, `state`, is a function of the set of entries alone, so all who have the same entries agree.
public struct PolicyLog: Sendable {
  /// What became of an added entry.
  public enum Addition: Hashable, Sendable {
    /// It was accepted, and so were those that had waited for it: their names.
    case accepted([CID])
    /// It was there already.
    case known
    /// It waits for these.
    case waiting([CID])
  }

  private let limits: PolicyLimits
  private let familiarVault: FamiliarDID
  private(set) var history: PolicyHistory
  private var queue: DependencyQueue<CID, PolicyEntry>
  /// What the log amounted to when somebody last asked.
  private var judged: PolicyState?

  /// A log without entries.
  public init(genesis: Genesis, limits: PolicyLimits = .standard) {
    self.limits = limits
    familiarVault = FamiliarDID(genesis.vault)
    history = PolicyHistory(genesis: genesis)
    queue = DependencyQueue(countMax: limits.waitingMax, bytesMax: limits.waitingBytesMax)
  }

  /// A log of entries that this program accepted before and kept: signatures are not checked again.
  ///
  /// Never for bytes from elsewhere.
  public init(
    genesis: Genesis, restoring entries: [[UInt8]], limits: PolicyLimits = .standard
  ) throws(PolicyError) {
    self.init(genesis: genesis, limits: limits)
    history.reserveCapacity(min(entries.count, limits.entriesMax))
    for bytes in entries { _ = try add(bytes, isTrusted: true) }
  }

  /// Adds an entry.
  ///
  /// Throws when it can never be one of this log, or when the log is full.
  @discardableResult
  public mutating func add(_ bytes: [UInt8]) throws(PolicyError) -> Addition {
    try add(bytes, isTrusted: false)
  }

  private mutating func add(
    _ bytes: [UInt8], isTrusted: Bool
  ) throws(PolicyError) -> Addition {
    guard bytes.count <= PolicyLimits.entryBytesMax else {
      throw PolicyError(.malformed, "the entry has \(bytes.count) bytes")
    }
    // The name is cheaper to find than the entry is to read, and most of what comes is known.
    let cid = CID.of(bytes, codec: .dagCBOR)
    if history.contains(cid) { return .known }
    let entry = try PolicyEntry(
      decoding: bytes, cid: cid, isTrusted: isTrusted, vault: familiarVault)
    let needs = entry.needs
    guard needs.allSatisfy({ history.contains($0) }) else {
      let missing = Set(needs.filter { !history.contains($0) })
      // What was accepted has its past. This was not, so it is looked at like any other.
      guard !isTrusted else { return try add(bytes, isTrusted: false) }
      queue.hold(entry, id: entry.cid, bytes: bytes.count, missing: missing)
      return .waiting(missing.sorted())
    }
    try accept(entry, isTrusted: isTrusted)
    return .accepted([entry.cid] + release(after: entry.cid))
  }

  private mutating func accept(_ entry: PolicyEntry, isTrusted: Bool) throws(PolicyError) {
    guard history.entries.count < limits.entriesMax,
      history.bytes + entry.bytes.count <= limits.bytesMax
    else { throw PolicyError(.full, "the policy log is full") }
    try history.add(entry, isTrusted: isTrusted)
  }

  /// Accepts what waited for an entry, and what waited for that.
  ///
  /// What turns out to be refused is dropped: nobody is there to be told.
  private mutating func release(after cid: CID) -> [CID] {
    var accepted: [CID] = []
    var arrived = [cid]
    while let next = arrived.popLast() {
      for entry in queue.arrived(next) where !history.contains(entry.cid) {
        guard (try? accept(entry, isTrusted: false)) != nil else { continue }
        accepted.append(entry.cid)
        arrived.append(entry.cid)
      }
    }
    return accepted
  }
}

extension PolicyLog {
  /// The vault.
  public var vault: DID { history.vault }
  /// The beginning.
  public var genesis: Genesis { history.genesis }
  /// How many entries there are.
  public var count: Int { history.entries.count }
  /// The accepted entries; each comes after what it builds on.
  ///
  /// The order is that of arrival. O(entries).
  public var entries: [PolicyEntry] { Array(history.entries) }
  /// The names of the entries that no other names; sorted.
  public var heads: [CID] { history.heads.sorted() }
  /// How many entries wait for others.
  public var waitingCount: Int { queue.count }
  /// What is waited for: to be asked for.
  public var missing: [CID] { queue.missing.sorted() }

  /// Whether an entry was accepted.
  public func contains(_ cid: CID) -> Bool { history.contains(cid) }

  /// An accepted entry.
  public func entry(_ cid: CID) -> PolicyEntry? { history.entry(cid) }

  /// The entries that are neither heads of somebody else's log nor what those build on, each after
  /// what it builds on itself.
  ///
  /// O(entries).
  public func entries(notUnder isHead: (CID) -> Bool) -> [PolicyEntry] {
    var under: Set<CID> = []
    var rest: [PolicyEntry] = []
    // Later entries name earlier ones only, so one walk from the end meets each after its users.
    for entry in history.entries.reversed() {
      if under.contains(entry.cid) || isHead(entry.cid) {
        under.formUnion(entry.needs)
      } else {
        rest.append(entry)
      }
    }
    return rest.reversed()
  }

  /// Whether an entry is one of `heads` or of what they build on: who signs for the heads knows it.
  ///
  /// O(entries).
  public func isCovered(_ cid: CID, by heads: [CID]) -> Bool {
    var seen = Set(heads)
    var next = heads
    while let name = next.popLast() {
      if name == cid { return true }
      for need in entry(name)?.needs ?? [] where seen.insert(need).inserted { next.append(need) }
    }
    return false
  }

  /// What the log amounts to.
  ///
  /// Found once after each change: O(entries), or from what it was before, when little has come
  /// that settles nothing but itself.
  public var state: PolicyState {
    mutating get {
      let state = evaluate()
      history.expectCopies()
      judged = state
      return state
    }
  }

  /// What the log amounts to, without remembering it.
  public func evaluate() -> PolicyState {
    guard let judged else { return PolicyState(history) }
    if judged.verdict.isEffective.count == history.entries.count { return judged }
    return PolicyState(history, after: judged) ?? PolicyState(history)
  }
}
