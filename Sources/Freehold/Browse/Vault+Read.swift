import VaultCRDT
public import VaultEncoding
import VaultEnvironment
import VaultPacking
import VaultStore

extension Vault {
  /// Hands over a file's content piece by piece, as it is now or was at a time; returns what went
  /// wrong with nodes on the way.
  @discardableResult
  public func read(
    _ path: VaultPath, at time: Timestamp? = nil, _ body: ([UInt8]) throws -> Void
  ) async throws -> [Problem] {
    guard let content = try await content(at: path, time) else { return [] }
    let reader = try content.source.reader()
    try await reader.read(content.manifest) { bytes, length in
      try body(bytes ?? [UInt8](repeating: 0, count: length))
    }
    return Self.problems(reader.trouble, names: nodeNames)
  }

  /// A file's manifest, and what its content is read with; nil for a file that was never written.
  private func content(
    at path: VaultPath, _ time: Timestamp?
  ) async throws -> (manifest: Manifest, source: ContentReader.Source)? {
    if let inner = try await inner(path, at: time) {
      return try await inner.vault.content(at: inner.path, time)
    }
    let tree = try await tree(at: time)
    let object = try find(path, in: tree)
    guard tree.kind(of: object) == .file else {
      throw FreeholdError(.usage, "that is not a file")
    }
    guard let value = tree.contents(of: object).first?.value else { return nil }
    return (try Manifest(decoding: value), try contentReader(meter: TrafficMeter()).source)
  }

  /// A reader of contents that asks the outbox first and the vault's nodes then: all of them, or
  /// only some.
  func contentReader(meter: TrafficMeter, nodes: Set<DID>? = nil) throws -> ContentReader {
    let tree = self.tree
    let shelf = PackShelf(fetcher: try packFetcher(meter: meter, nodes: nodes)) { pack in
      tree.setting(PackRecord.key(pack)).flatMap { PackRecord(decoding: $0) }
    }
    return try ContentReader(shelf: shelf, keyring: keyring, scope: scope)
  }

  /// Reads ranges of packs, from the nearest nodes first.
  func packFetcher(meter: TrafficMeter, nodes: Set<DID>? = nil) throws -> PackFetcher {
    let facts = try database.read { transaction in
      Dictionary(
        uniqueKeysWithValues: try transaction.nodes().map {
          ($0.did, NodeFacts(decoding: $0.facts))
        })
    }
    var sources: [DID: PackFetcher.Source] = [:]
    for (node, entry) in nodeBook where nodes?.contains(node) ?? true {
      let known = facts[node]
      sources[node] = PackFetcher.Source(
        client: try client(for: node, entry, meter: meter),
        latencyMilliseconds: known?.latencyMilliseconds ?? 100,
        health: known?.isReachable ?? true ? .good : .doubtful)
    }
    return PackFetcher(outbox: home.outbox, sources: sources, clock: environment.clock)
  }
}
