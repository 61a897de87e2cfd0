// modules: VaultEncoding VaultCrypto
// libraries: sodium
import VaultCrypto
import VaultEncoding

/// A key file whose checksum is right, whatever its other fields are.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  read(bytes)
  // A fuzzer finds no hash: the sum is put right, so that the fields behind it are reached.
  guard let fields = (try? DAGCBOR.decode(bytes))?.asMap else { return 0 }
  let summed = CBORMap(fields.filter { $0.key != "sum" })
  let sum = Hash.sha256(DAGCBOR.encode(.map(summed)))
  let pair = CBORPair(key: "sum", value: .bytes(sum.bytes))
  read(DAGCBOR.encode(.map(CBORMap(summed.map { $0 } + [pair]))))
  return 0
}

private func read(_ bytes: [UInt8]) {
  guard let file = try? DeviceKeyFile(decoding: bytes) else { return }
  precondition(file.bytes == bytes)
  if !file.isSealed { _ = try? file.open(passphrase: nil) }
}
