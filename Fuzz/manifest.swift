// modules: VaultEncoding VaultCrypto VaultPolicy VaultPacking VaultSync
// sources: Freehold/Content/Manifest.swift Freehold/Content/Manifest+Coding.swift Freehold/Content/ContentLimits.swift
// libraries: sodium zstd isal
import VaultEncoding
import VaultPacking

/// A manifest, and a list of extents, come from a member: whatever they hold, they add up or are
/// refused.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  _ = Manifest.size(decoding: bytes)
  if let manifest = try? Manifest(decoding: bytes) {
    precondition((try? Manifest(decoding: manifest.bytes)) == manifest)
    precondition(Manifest.size(decoding: bytes) == manifest.sizeBytes)
    _ = manifest.contentTag
    _ = manifest.packs
  }
  if let extents = try? Manifest.decodeExtents(bytes) {
    precondition((try? Manifest.decodeExtents(Manifest.encode(extents))) == extents)
  }
  return 0
}
