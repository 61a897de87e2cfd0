import VaultEncoding

/// Collects scopes, epochs and settings from the entries that count.
///
/// Several entries may set one value. They speak in the order of their height in the log, then of
/// rank, then of name: it extends «had seen», and is the same for everybody.
struct StateDerivation {
  let history: PolicyHistory
  private(set) var epochs: [ScopeID: [EpochRecord]]
  /// Sorted.
  private(set) var scopes: [ScopeRecord]
  /// For each setting, a removed one too, the entry that has set it last.
  private(set) var settingSources: [[UInt8]: Int]

  /// Reads the whole history.
  init(_ history: PolicyHistory, isEffective: [Bool]) {
    self.history = history
    (epochs, scopes, settingSources) = ([:], [], [:])
    var places: [CID: (scope: ScopeID, index: Int)] = [:]
    var namings: [(entry: Int, scope: ScopeID)] = []
    for (position, entry) in history.entries.enumerated() {
      switch entry.body {
      case .epoch(let body):
        read(body, of: entry, isEffective: isEffective[position], places: &places)
      case .scope(let body) where isEffective[position]: namings.append((position, body.scope))
      case .settings where isEffective[position]: set(by: position)
      default: break
      }
    }
    sortEpochs()
    name(namings)
  }

  /// Goes on from what a shorter history came to.
  init(_ history: PolicyHistory, after state: PolicyState) {
    self.history = history
    (epochs, scopes, settingSources) = (state.epochsByScope, state.scopes, state.settingSources)
  }

  /// Reads one entry more.
  mutating func take(_ position: Int, isEffective: Bool) {
    let entry = history.entries[position]
    switch entry.body {
    case .epoch(let body): take(body, of: entry, isEffective: isEffective)
    case .scope(let body) where isEffective: take(body, at: position)
    case .settings where isEffective: set(by: position)
    default: break
    }
  }

  /// The settings in force.
  var settings: PolicySettings {
    let pairs = settingSources.compactMap { key, position -> CBORPair? in
      guard case .settings(let body) = history.entries[position].body else { return nil }
      let text = String(decoding: key, as: UTF8.self)
      return body.values[text].flatMap { $0.isNull ? nil : CBORPair(key: text, value: $0) }
    }
    return PolicySettings(CBORMap(pairs))
  }

  // MARK: Epochs

  private static func record(
    _ body: EpochBody, of entry: PolicyEntry, isEffective: Bool
  ) -> EpochRecord {
    EpochRecord(
      scope: body.scope, number: body.number, entry: entry.cid, author: entry.actor,
      isEffective: isEffective, seals: body.seals.mapValues { [$0] }, follows: body.follows)
  }

  /// Entries come after what they build on, so an epoch is there before it is extended.
  private mutating func read(
    _ body: EpochBody, of entry: PolicyEntry, isEffective: Bool,
    places: inout [CID: (scope: ScopeID, index: Int)]
  ) {
    guard let extended = body.extends else {
      places[entry.cid] = (body.scope, epochs[body.scope, default: []].count)
      epochs[body.scope, default: []].append(
        Self.record(body, of: entry, isEffective: isEffective))
      return
    }
    guard isEffective, let place = places[extended] else { return }
    for (recipient, seal) in body.seals {
      epochs[place.scope]?[place.index].seals[recipient, default: []].append(seal)
    }
  }

  private mutating func sortEpochs() {
    for scope in epochs.keys {
      epochs[scope]?.sort { ($0.number, $0.entry) < ($1.number, $1.entry) }
      for index in epochs[scope]?.indices ?? 0..<0 { sortSeals(scope, index) }
    }
  }

  /// Several seals for one recipient are a set: their order must not be that of arrival.
  private mutating func sortSeals(_ scope: ScopeID, _ index: Int) {
    guard let seals = epochs[scope]?[index].seals, seals.contains(where: { $0.value.count > 1 })
    else { return }
    epochs[scope]?[index].seals = seals.mapValues { several in
      several.sorted { $0.lexicographicallyPrecedes($1) }
    }
  }

  private mutating func take(_ body: EpochBody, of entry: PolicyEntry, isEffective: Bool) {
    guard let extended = body.extends else {
      let place = place(number: body.number, entry: entry.cid, in: body.scope)
      epochs[body.scope, default: []].insert(
        Self.record(body, of: entry, isEffective: isEffective), at: place)
      return
    }
    // What it extends has the same scope and number (docs/spec/policy.md, "Refusals").
    let place = place(number: body.number, entry: extended, in: body.scope)
    guard isEffective, epochs[body.scope]?.indices.contains(place) ?? false else { return }
    for (recipient, seal) in body.seals {
      epochs[body.scope]?[place].seals[recipient, default: []].append(seal)
    }
    sortSeals(body.scope, place)
  }

  /// Where an epoch is, or belongs.
  private func place(number: UInt64, entry: CID, in scope: ScopeID) -> Int {
    let records = epochs[scope] ?? []
    var (low, high) = (0, records.count)
    while low < high {
      let middle = (low + high) / 2
      if (records[middle].number, records[middle].entry) < (number, entry) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low
  }

  // MARK: Scopes

  /// The most senior to name a scope decides what it is, and of equals the first.
  private mutating func name(_ namings: [(entry: Int, scope: ScopeID)]) {
    var first: [ScopeID: Int] = [:]
    for (position, scope) in namings {
      if let known = first[scope], namesBefore(known, position) { continue }
      first[scope] = position
    }
    scopes = first.values.compactMap { scopeRecord($0) }.sorted { $0.scope < $1.scope }
  }

  private mutating func take(_ body: ScopeBody, at position: Int) {
    guard let record = scopeRecord(position) else { return }
    let place = scopes.firstIndex { !($0.scope < body.scope) } ?? scopes.count
    guard place < scopes.count, scopes[place].scope == body.scope else {
      scopes.insert(record, at: place)
      return
    }
    guard let known = history.position(scopes[place].entry), !namesBefore(known, position) else {
      return
    }
    scopes[place] = record
  }

  private func scopeRecord(_ position: Int) -> ScopeRecord? {
    let entry = history.entries[position]
    guard case .scope(let body) = entry.body else { return nil }
    return ScopeRecord(
      scope: body.scope, parent: body.parent, label: body.label, entry: entry.cid)
  }

  private func namesBefore(_ left: Int, _ right: Int) -> Bool {
    let rules = history.rules
    return (rules.rank(rules.actors[left]), history.heights[left], history.entries[left].cid)
      < (rules.rank(rules.actors[right]), history.heights[right], history.entries[right].cid)
  }

  // MARK: Settings

  /// The last to set a value decides what it is.
  private mutating func set(by position: Int) {
    guard case .settings(let body) = history.entries[position].body else { return }
    for pair in body.values {
      let key = Array(pair.key.utf8)
      if let known = settingSources[key], !speaksBefore(known, position) { continue }
      settingSources[key] = position
    }
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
