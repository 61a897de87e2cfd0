import VaultCrypto
import VaultEncoding

/// The accepted entries of a log and what can be said of them for good: an entry never leaves, and
/// nothing here depends on the order of arrival.
///
/// What they amount to is `PolicyState`.
struct PolicyHistory: Sendable {
  let genesis: Genesis
  private(set) var rules = RankedCutoffs<CID, DID>()
  private(set) var entries = GrowingList<PolicyEntry>()
  /// For each entry how many entries lie under it at the longest: later ones are higher.
  private(set) var heights: [Int] = []
  /// The entries that no other names, by position.
  private var headPositions: Set<Int> = []
  /// For each delegation the grants that carry it.
  private(set) var grantsByDelegation = GrowingMap<CID, [Int]>()
  private(set) var bytes = 0

  var vault: DID { genesis.vault }
  /// The names of the entries that no other names; in no order.
  var heads: [CID] { headPositions.map { entries[$0].cid } }

  init(genesis: Genesis) {
    self.genesis = genesis
  }

  func contains(_ cid: CID) -> Bool { rules.contains(cid) }

  /// From now on somebody may keep a copy while this one goes on.
  mutating func expectCopies() {
    rules.expectCopies()
    grantsByDelegation.expectCopies()
  }

  /// Makes room for so many entries.
  mutating func reserveCapacity(_ count: Int) {
    rules.reserveCapacity(count)
    heights.reserveCapacity(count)
    grantsByDelegation.reserveCapacity(count)
  }

  func position(_ cid: CID) -> Int? { rules.positions[cid] }

  func entry(_ cid: CID) -> PolicyEntry? { position(cid).map { entries[$0] } }

  /// How many entries lie under one at the longest.
  func height(_ cid: CID) -> Int { position(cid).map { heights[$0] } ?? 0 }

  /// Adds an entry whose needs are met, or says why it never can be.
  ///
  /// `isTrusted` is for bytes that this program accepted before and kept: what was checked then
  /// looks only at the entry and its past, so it is so for good.
  mutating func add(_ entry: PolicyEntry, isTrusted: Bool) throws(PolicyError) {
    if !isTrusted { try check(entry) }
    do {
      try rules.add(entry.abstract)
    } catch {
      throw PolicyError(.notWellFormed, "the entry breaks a rule of the log: \(error)")
    }
    let position = entries.count
    entries.append(entry)
    bytes += entry.bytes.count
    headPositions.insert(position)
    var height = 0
    for below in rules.edges(of: position) {
      headPositions.remove(below)
      height = max(height, heights[below] + 1)
    }
    heights.append(height)
    if case .grant(let body) = entry.body {
      grantsByDelegation.append(position, to: body.delegation.cid)
    }
  }

  /// The grant that an actor acts under; nil for root.
  func grant(of actor: PolicyActor) -> GrantBody? {
    actor.grant.flatMap { entry($0)?.grant }
  }

  /// Who an actor is.
  func principal(of actor: PolicyActor) -> DID? {
    actor == .root ? vault : grant(of: actor)?.delegation.audience
  }

  /// The delegations that a grant rests on, root's own first, its own last.
  func chain(ofGrantAt position: Int) -> [Verified<Delegation>] {
    var chain: [Verified<Delegation>] = []
    var next = position
    while next != RankedCutoffs<CID, DID>.root, let grant = entries[next].grant {
      chain.append(Verified(trusting: grant.delegation))
      next = rules.actors[next]
    }
    return chain.reversed()
  }
}

extension PolicyEntry {
  /// The entry as the rules see it.
  fileprivate var abstract: RankedCutoffs<CID, DID>.Entry {
    let act: RankedCutoffs<CID, DID>.Act =
      switch body {
      case .grant(let body): .grant(to: body.delegation.audience, rank: body.rank)
      case .revoke(let body):
        .revoke(target: body.target, principal: body.principal, keep: body.keep)
      default: .other
      }
    return RankedCutoffs<CID, DID>.Entry(
      id: cid, actor: actor.grant.map { .grant($0) } ?? .root, sequence: sequence,
      previous: previous,
      dependencies: body.needs.isEmpty ? dependencies : dependencies + body.needs, act: act)
  }
}
