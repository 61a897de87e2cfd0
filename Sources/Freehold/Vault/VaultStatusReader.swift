import VaultCrypto
public import VaultEncoding
import VaultEnvironment
import VaultStore

/// Reads a vault's status from the local store: without keys, without the network, without the
/// tree, and also while another process syncs.
public struct VaultStatusReader: Sendable {
  private let home: Home
  private let store: VaultHome
  private let facts: VaultFacts

  /// Opens the store of a vault for reading.
  public init(_ vault: DID, scope: ScopeID? = nil, in home: Home) throws {
    self.home = home
    let path = home.vaultPath(vault, scope: scope)
    guard try home.environment.disk.exists(path) else {
      throw FreeholdError(
        .noSuchVault, "this device does not have the vault \(vault.text.suffix(16))")
    }
    store = try VaultHome.openForReading(path, on: home.environment.disk)
    guard let facts = try store.database.read({ try VaultFacts($0) }) else {
      throw FreeholdError.notFinished(path)
    }
    self.facts = facts
  }

  var environment: Environment { home.environment }

  /// The nodes as they are noted here.
  func storedNodes() throws -> [StoredNode] { try store.database.read { try $0.nodes() } }

  /// The status as of the last sync, and what waits now; with that of the scopes inside.
  public func status() throws -> VaultStatus {
    var status = try ownStatus()
    for part in try parts() {
      let inner = try part.status()
      status.files += inner.files
      status.bytes += inner.bytes
      status.pendingBytes += inner.pendingBytes
      status.conflicts += inner.conflicts
      status.redundancy.isMet = status.redundancy.isMet && inner.redundancy.isMet
      for problem in inner.problems where !status.problems.contains(problem) {
        status.problems.append(problem)
      }
    }
    status.problems.sort { $0.severity < $1.severity }
    return status
  }

  /// The scopes inside this one that have been synced.
  private func parts() throws -> [VaultStatusReader] {
    let disk = environment.disk
    let folder = store.path.appending(Vault.partsFolder)
    guard try disk.exists(folder) else { return [] }
    return try disk.list(folder).compactMap { item in
      guard ScopeID(hex: String(decoding: item.name, as: UTF8.self)) != nil,
        let reader = try? VaultStatusReader(at: folder.appending(item.name), in: home)
      else { return nil }
      return try reader.store.database.read { try $0.counters()["last-sync"] } == nil
        ? nil : reader
    }
  }

  private init(at path: DiskPath, in home: Home) throws {
    self.home = home
    store = try VaultHome.openForReading(path, on: home.environment.disk)
    guard let facts = try store.database.read({ try VaultFacts($0) }) else {
      throw FreeholdError.notFinished(path)
    }
    self.facts = facts
  }

  private func ownStatus() throws -> VaultStatus {
    try store.database.read { transaction in
      let counters = try transaction.counters()
      let nodes = try transaction.nodes()
      return VaultStatus(
        vault: facts.vault, name: facts.name, device: facts.deviceName,
        folder: String(decoding: facts.folder, as: UTF8.self), files: counters["files"] ?? 0,
        bytes: counters["bytes"] ?? 0, pendingBytes: try transaction.pendingBytes(),
        conflicts: counters["conflicts"] ?? 0, nodes: try nodes.map { try status($0, transaction) },
        redundancy: RedundancyStatus(
          needed: counters["redundancy-needed"] ?? 1, total: counters["redundancy-total"] ?? 1,
          isMet: (counters["redundancy-met"] ?? 0) == 1),
        isKeySealed: (try? home.deviceKeyFile()?.isSealed) ?? false,
        lastSync: counters["last-sync"].map { Timestamp(milliseconds: Int64($0)) },
        problems: try problems(transaction, counters: counters, nodes: nodes))
    }
  }

  private func status(
    _ node: StoredNode, _ transaction: VaultTransaction
  ) throws -> VaultStatus.Node {
    let facts = NodeFacts(decoding: node.facts)
    let shards = try transaction.shardCounts(at: node.did).lacking
    return VaultStatus.Node(
      did: node.did, name: node.name, url: node.url, isReachable: facts.isReachable,
      latencyMilliseconds: facts.latencyMilliseconds,
      behind: shards + (try transaction.entriesLackingCount(at: node.did)),
      usedBytes: facts.usedBytes, quotaBytes: facts.quotaBytes, lastSeen: facts.lastSeen)
  }

  private func problems(
    _ transaction: VaultTransaction, counters: [String: Int], nodes: [StoredNode]
  ) throws -> [Problem] {
    var problems = try transaction.problems().compactMap { Problem(decoding: $0.sealed) }
    if counters["last-sync"] == nil {
      problems.append(
        Problem(.warning, .partial, "this vault has never been synced", hint: "freehold sync"))
    }
    return problems.sorted { $0.severity < $1.severity }
  }
}

extension VaultTransaction {
  /// Sealed bytes that some node still lacks: packs that are not safe, and entries.
  func pendingBytes() throws -> Int {
    let totals = try packTotals()
    var bytes = 0
    for state in [StoredPack.State.sealed, .uploading, .degraded] {
      bytes += totals[state]?.bytes ?? 0
    }
    for node in try nodes() where try entriesLackingCount(at: node.did) > 0 {
      bytes += try entriesLacking(at: node.did, bytesMax: .max).reduce(0) { $0 + $1.bytes.count }
    }
    return bytes
  }
}
