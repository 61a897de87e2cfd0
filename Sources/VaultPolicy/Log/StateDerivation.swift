import VaultEncoding

/// Collects scopes, epochs and settings from the entries that count.
///
/// Several entries may set one value. They speak in the order of their height in the log, then of
/// rank, then of name: it extends «had seen», and is the same for everybody.
struct StateDerivation {
  let history: PolicyHistory
  let isEffective: [Bool]

  private(set) var epochs: [ScopeID: [EpochRecord]] = [:]
  private(set) var settings = PolicySettings(CBORMap([]))
  private var scopes: [ScopeID: ScopeRecord] = [:]
  private var epochPlaces: [CID: (scope: ScopeID, index: Int)] = [:]

  init(history: PolicyHistory, isEffective: [Bool]) {
    self.history = history
    self.isEffective = isEffective
  }

  var scopeRecords: [ScopeRecord] { scopes.values.sorted { $0.scope < $1.scope } }

  mutating func run() {
    var changes: [Int] = []
    var namings: [Int] = []
    for (position, entry) in history.entries.enumerated() {
      switch entry.body {
      case .epoch(let body): read(body, of: entry, isEffective: isEffective[position])
      case .scope where isEffective[position]: namings.append(position)
      case .settings where isEffective[position]: changes.append(position)
      default: break
      }
    }
    sortEpochs()
    name(namings)
    settle(changes)
  }

  /// Entries come after what they build on, so an epoch is there before it is extended.
  private mutating func read(_ body: EpochBody, of entry: PolicyEntry, isEffective: Bool) {
    guard let extended = body.extends else {
      let record = EpochRecord(
        scope: body.scope, number: body.number, entry: entry.cid, author: entry.actor,
        isEffective: isEffective, seals: body.seals.mapValues { [$0] }, follows: body.follows)
      epochPlaces[entry.cid] = (body.scope, epochs[body.scope, default: []].count)
      epochs[body.scope, default: []].append(record)
      return
    }
    guard isEffective, let place = epochPlaces[extended] else { return }
    for (recipient, seal) in body.seals {
      epochs[place.scope]?[place.index].seals[recipient, default: []].append(seal)
    }
  }

  private mutating func sortEpochs() {
    for scope in epochs.keys {
      epochs[scope]?.sort { ($0.number, $0.entry) < ($1.number, $1.entry) }
      for index in epochs[scope]?.indices ?? 0..<0 {
        guard let seals = epochs[scope]?[index].seals else { continue }
        // Several seals for one recipient are a set: their order must not be that of arrival.
        epochs[scope]?[index].seals = seals.mapValues { several in
          several.count < 2 ? several : several.sorted { $0.lexicographicallyPrecedes($1) }
        }
      }
    }
  }

  /// The most senior to name a scope decides what it is, and of equals the first.
  private mutating func name(_ namings: [Int]) {
    let rules = history.rules
    let order = namings.map { position in
      (
        rules.rank(rules.actors[position]), history.heights[position],
        history.entries[position].cid,
        position
      )
    }
    for (_, _, _, position) in order.sorted(by: { ($0.0, $0.1, $0.2) < ($1.0, $1.1, $1.2) }) {
      let entry = history.entries[position]
      guard case .scope(let body) = entry.body, scopes[body.scope] == nil else { continue }
      scopes[body.scope] = ScopeRecord(
        scope: body.scope, parent: body.parent, label: body.label, entry: entry.cid)
    }
  }

  /// The last to set a value decides what it is.
  private mutating func settle(_ changes: [Int]) {
    var pairs: [CBORPair] = []
    for position in changes.sorted(by: speaksBefore) {
      guard case .settings(let body) = history.entries[position].body else { continue }
      pairs.append(contentsOf: body.values)
    }
    // Of two equal keys the later stays.
    let latest = CBORMap(pairs)
    settings = PolicySettings(CBORMap(latest.filter { !$0.value.isNull }))
  }

  private func speaksBefore(_ left: Int, _ right: Int) -> Bool {
    let (one, two) = (history.heights[left], history.heights[right])
    if one != two { return one < two }
    let rules = history.rules
    let ranks = (rules.rank(rules.actors[left]), rules.rank(rules.actors[right]))
    // The senior speaks last, so that its word stays.
    if ranks.0 != ranks.1 { return ranks.0 > ranks.1 }
    return history.entries[left].cid < history.entries[right].cid
  }
}
