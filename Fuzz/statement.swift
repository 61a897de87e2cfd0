// modules: VaultEncoding VaultCrypto VaultPolicy VaultPacking VaultSync
// libraries: sodium zstd isal
import VaultEncoding
import VaultSync

/// Signed statements, and the line that is an invitation.
///
/// A fuzzer signs nothing: heads are read as kept ones are, without their signature.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  if let head = try? Head(restoring: bytes) { precondition(head.bytes == bytes) }
  _ = try? StoredReceipt(verifying: bytes)
  _ = try? PushReceipt(verifying: bytes)
  _ = try? NodeRecord(verifying: bytes)
  _ = try? Enrollment(verifying: bytes)
  if let invitation = try? Invitation(line: String(decoding: bytes, as: UTF8.self)) {
    precondition((try? Invitation(line: invitation.line)) == invitation)
  }
  return 0
}
