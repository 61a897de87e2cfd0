// modules: VaultEncoding
import VaultEncoding

/// A CAR file that is read is written the same.
///
/// The hash is a stand-in that the fuzzer can meet: the first 32 bytes of the data.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  let file = try? CARFile(decoding: bytes) { data in
    Bytes32(data.prefix(32) + [UInt8](repeating: 0, count: max(0, 32 - data.count))) ?? .zero
  }
  if let file { precondition(file.encode() == bytes) }
  return 0
}
