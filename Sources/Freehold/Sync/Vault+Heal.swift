import VaultEncoding
import VaultPacking
import VaultStore

extension Vault {
  /// Brings packs of which a node lost shards back to this device, so that the upload can make the
  /// shards again.
  ///
  /// A pack that cannot be had now stays marked, and the next sync tries again.
  func heal(meter: TrafficMeter) async throws {
    let degraded = try database.read { try $0.packs(in: .degraded) }
    guard !degraded.isEmpty else { return }
    let fetcher = try packFetcher(meter: meter)
    for pack in degraded where !pack.isLocal {
      guard let name = pack.name, let record = packRecord(name) else { continue }
      var trouble = PackFetcher.Trouble()
      let bytes = try? await fetcher.read(
        0..<record.packBytes, of: name, record: record, into: &trouble
      ) { PackFormat.identifier(of: $0) == name }
      guard let bytes else { continue }
      try home.outbox.store([(name: name, bytes: bytes)])
      try database.write { try $0.setLocal(true, pack.row) }
    }
  }
}
