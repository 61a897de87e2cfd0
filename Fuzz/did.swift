// modules: VaultEncoding
import VaultEncoding

/// A text that is a DID is the one text of that DID.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let text = String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
  if let did = try? DID(text) { precondition(did.text.utf8.elementsEqual(text.utf8)) }
  return 0
}
