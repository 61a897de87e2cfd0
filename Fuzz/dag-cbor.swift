// modules: VaultEncoding
import VaultEncoding

/// What decodes must encode to the same bytes, and cannot have more values than bytes.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  if let value = try? DAGCBOR.decode(bytes) {
    precondition(DAGCBOR.encode(value) == bytes)
  }
  if let (value, end) = try? DAGCBOR.decodePrefix(bytes, at: min(1, count)) {
    precondition(DAGCBOR.encode(value) == Array(bytes[1..<end]))
  }
  return 0
}
