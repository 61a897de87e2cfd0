/// Who may, when several managers changed it at once: the rules without their bytes.
///
/// The log is a set of entries that name what they build on. Each entry is by an *actor*: root, or
/// a grant with a rank. Root has rank 0 and a grant's rank is greater than its giver's, so of two
/// actors only one can revoke the other and no duel is possible.
///
/// An example: root grants laptop (10) and phone (20). Phone, stolen, revokes bob; meanwhile
/// laptop revokes phone and keeps nothing of it. Whatever order the three entries arrive in,
/// laptop is looked at before phone because its rank is smaller; its revocation cuts phone's
/// chain at the start; so bob stays.
///
/// Invariant: what survives of an actor depends only on actors of smaller rank, so one pass in
/// the order of ranks decides everything. docs/spec/policy.md, "Rules", has R0 to R7; the rules
/// are those of the study that the project's scenarios were made with.
struct RankedCutoffs<ID: Hashable & Sendable, Principal: Hashable & Sendable>: Sendable {
  /// Who wrote an entry.
  enum Actor: Hashable, Sendable {
    case root
    /// The holder of the grant that this entry gave.
    case grant(ID)
  }

  /// What an entry does, as far as the rules care.
  enum Act: Sendable {
    case grant(to: Principal, rank: UInt64?)
    case revoke(target: ID?, principal: Principal?, keep: [ID: ID])
    case other
  }

  /// An entry.
  struct Entry: Sendable {
    let id: ID
    let actor: Actor
    let sequence: UInt64
    let previous: ID?
    let dependencies: [ID]
    let act: Act
  }

  /// Why an entry is not well-formed.
  enum Refusal: Error, Hashable {
    case unknownDependency
    case notAnAdmin
    case brokenSequence
    case rankNotGreater
    case tooDeep
  }

  /// Stands for root where a position of a grant would stand.
  static var root: Int { -1 }
  /// The rank of a grant that is not a manager's: greater than any other.
  static var unranked: UInt64 { .max }

  private let depthMax: Int
  /// Entries in an order in which each comes after what it builds on.
  private(set) var entries = GrowingList<Entry>()
  /// For each entry the position of its actor's grant.
  private(set) var actors: [Int] = []
  /// For each entry the position of the one before it by its actor, or −1.
  private(set) var previous: [Int] = []
  /// What entry n builds on: `edges[edgeStarts[n]..<edgeStarts[n + 1]]`.
  private(set) var edges: [Int] = []
  private(set) var edgeStarts: [Int] = [0]
  private(set) var positions = GrowingMap<ID, Int>()
  /// The entries of each actor.
  private(set) var chains = GrowingMap<Int, [Int]>()
  private(set) var managers: [Int] = []
  private(set) var grants: [Int] = []
  private(set) var grantsTo = GrowingMap<Principal, [Int]>()
  private(set) var revocationsOfGrant = GrowingMap<ID, [Int]>()
  private(set) var revocationsOfPrincipal = GrowingMap<Principal, [Int]>()
  private var depths = GrowingMap<Int, Int>()

  init(depthMax: Int = PolicyLimits.grantDepthMax) {
    self.depthMax = depthMax
  }

  func contains(_ id: ID) -> Bool { positions[id] != nil }

  /// From now on somebody may keep a copy while this one goes on.
  mutating func expectCopies() {
    positions.expectCopies()
    chains.expectCopies()
    grantsTo.expectCopies()
    revocationsOfGrant.expectCopies()
    revocationsOfPrincipal.expectCopies()
    depths.expectCopies()
  }

  /// Makes room for so many entries.
  mutating func reserveCapacity(_ count: Int) {
    actors.reserveCapacity(count)
    previous.reserveCapacity(count)
    edges.reserveCapacity(2 * count)
    edgeStarts.reserveCapacity(count + 1)
    positions.reserveCapacity(count)
  }

  /// The rank of root or of the grant at a position.
  func rank(_ position: Int) -> UInt64 {
    guard position != Self.root else { return 0 }
    guard case .grant(_, let rank?) = entries[position].act else { return Self.unranked }
    return rank
  }

  /// What the entry at a position builds on.
  func edges(of position: Int) -> ArraySlice<Int> {
    edges[edgeStarts[position]..<edgeStarts[position + 1]]
  }

  /// Adds an entry whose past is there already (R0), or says why it never can be (R0, R1).
  mutating func add(_ entry: Entry) throws(Refusal) {
    guard !contains(entry.id) else { return }
    let actor = try position(of: entry.actor)
    let before = try position(ofPrevious: entry, by: actor)
    var past: [Int] = []
    past.reserveCapacity(entry.dependencies.count + 2)
    for dependency in entry.dependencies {
      guard let position = positions[dependency] else { throw .unknownDependency }
      past.append(position)
    }
    if actor != Self.root { past.append(actor) }
    if before >= 0 { past.append(before) }
    let depth = (depths[actor] ?? 0) + 1
    if case .grant(_, let rank) = entry.act {
      guard (rank ?? Self.unranked) > self.rank(actor) else { throw .rankNotGreater }
      guard depth <= depthMax else { throw .tooDeep }
    }
    append(entry, actor: actor, previous: before, past: past, depth: depth)
  }

  private func position(of actor: Actor) throws(Refusal) -> Int {
    guard case .grant(let id) = actor else { return Self.root }
    guard let position = positions[id] else { throw .unknownDependency }
    guard case .grant(_, .some) = entries[position].act else { throw .notAnAdmin }
    return position
  }

  private func position(ofPrevious entry: Entry, by actor: Int) throws(Refusal) -> Int {
    guard let id = entry.previous else {
      guard entry.sequence == 0 else { throw .brokenSequence }
      return -1
    }
    guard let position = positions[id] else { throw .unknownDependency }
    guard actors[position] == actor, entry.sequence > 0,
      entries[position].sequence == entry.sequence - 1
    else { throw .brokenSequence }
    return position
  }

  private mutating func append(
    _ entry: Entry, actor: Int, previous before: Int, past: [Int], depth: Int
  ) {
    let position = entries.count
    entries.append(entry)
    actors.append(actor)
    previous.append(before)
    edges.append(contentsOf: past)
    edgeStarts.append(edges.count)
    positions.set(position, for: entry.id)
    chains.append(position, to: actor)
    switch entry.act {
    case .grant(let principal, let rank):
      grants.append(position)
      grantsTo.append(position, to: principal)
      guard rank != nil else { return }
      managers.append(position)
      depths.set(depth, for: position)
    case .revoke(let target, let principal, _):
      if let target { revocationsOfGrant.append(position, to: target) }
      if let principal { revocationsOfPrincipal.append(position, to: principal) }
    case .other: break
    }
  }

  /// Judges all entries.
  ///
  /// O(entries + edges) for logs in which removals are rare.
  func evaluate() -> Verdict {
    var judge = Judge(self)
    return judge.judge()
  }
}
