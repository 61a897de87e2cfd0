// modules: VaultEncoding
import VaultEncoding

/// Bytes and texts of CIDs: what is read is written the same.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  if let cid = try? AnyCID(bytes: bytes) {
    precondition(cid.bytes == bytes)
    precondition((try? AnyCID(cid.text)) == cid)
    precondition(cid.cid.map { $0.bytes == bytes } ?? true)
  }
  if let multihash = try? Multihash(decoding: bytes) { precondition(multihash.bytes == bytes) }
  let text = String(decoding: bytes, as: UTF8.self)
  if let cid = try? AnyCID(text) { precondition((try? AnyCID(cid.text)) == cid) }
  if let cid = try? CID(text) {
    precondition(cid.text == text || Multibase.encode(cid.bytes, as: .base32) == text)
  }
  return 0
}
