// modules: VaultEncoding
// bytes: 600
import VaultEncoding

/// Text in any base: what is read comes back, and the canonical text is read as the same bytes.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let text = String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
  guard let bytes = try? Multibase.decode(text) else { return 0 }
  guard let base = text.first.flatMap({ Multibase.Base(rawValue: $0) }) else { return 0 }
  let canonical = Multibase.encode(bytes, as: base)
  precondition(canonical.lowercased() == text.lowercased())
  precondition((try? Multibase.decode(canonical)) == bytes)
  return 0
}
