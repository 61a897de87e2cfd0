// modules: VaultEncoding VaultCrypto VaultPolicy VaultPacking VaultSync
// sources: Freehold/Nodes/PackRecord.swift Freehold/Nodes/Redundancy.swift Freehold/Nodes/NodeEntry.swift Freehold/Nodes/NodeFacts.swift Freehold/Content/ContentLimits.swift Freehold/Content/Manifest+Coding.swift Freehold/Content/Manifest.swift Freehold/Vault/EntryFrame.swift Freehold/Vault/Admission.swift Freehold/Errors/FreeholdError.swift
// libraries: sodium zstd isal
import VaultEncoding
import VaultPacking
import VaultSync

/// What members put into settings, the frame around a batch, and an admission.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  if let record = PackRecord(decoding: bytes) {
    precondition(PackRecord(decoding: record.bytes) == record)
    let code = try? ErasureCode(dataShards: record.needed, totalShards: record.shards.count)
    precondition(code != nil)
  }
  if let redundancy = Redundancy(decoding: bytes) {
    precondition(Redundancy(decoding: redundancy.bytes) == redundancy)
  }
  if let entry = try? NodeEntry(decoding: bytes) {
    precondition((try? NodeEntry(decoding: entry.bytes)) == entry)
  }
  _ = NodeFacts(decoding: bytes)
  if let admission = try? Admission(decoding: bytes) { precondition(admission.bytes == bytes) }
  if let decompressor = try? Decompressor(),
    let batch = try? EntryFrame.decode(bytes, decompressor: decompressor)
  {
    precondition(batch.count <= EntryFrame.batchBytesMax)
  }
  return 0
}
