// modules: VaultEncoding VaultCrypto VaultPolicy
// libraries: sodium
import VaultCrypto
import VaultEncoding
import VaultPolicy

/// An entry of the policy log, and its beginning, are the one encoding of what they say.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  if let entry = try? PolicyEntry(decoding: bytes) {
    precondition(entry.bytes == bytes)
    precondition(CID.of(bytes, codec: .dagCBOR) == entry.cid)
  }
  if let genesis = try? Genesis(decoding: bytes) {
    var log = PolicyLog(genesis: genesis)
    _ = try? log.add(bytes)
    precondition(log.evaluate().vault == genesis.vault)
  }
  return 0
}
