// modules: VaultEncoding
import VaultEncoding

/// An envelope that is read is the one encoding of its parts.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  guard let envelope = try? Envelope(decoding: bytes) else { return 0 }
  let again = try? Envelope(
    signature: envelope.signature, tag: envelope.tag, payload: envelope.payload)
  precondition(again?.bytes == bytes)
  precondition(
    (try? Envelope.bytesToSign(tag: envelope.tag, payload: envelope.payload))
      == envelope.signedBytes)
  return 0
}
