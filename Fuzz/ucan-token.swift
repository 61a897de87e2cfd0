// modules: VaultEncoding VaultCrypto VaultPolicy
// libraries: sodium
import VaultEncoding
import VaultPolicy

/// Delegations, invocations and request tokens: read, asked and validated, whatever they hold.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  if let delegation = try? Delegation(decoding: bytes) {
    precondition(delegation.envelope.bytes == bytes)
    _ = delegation.terms.policy.holds(for: .map([("a", .bytes(bytes)), ("b", .null)]))
  }
  if let invocation = try? Invocation(decoding: bytes) {
    precondition(invocation.envelope.bytes == bytes)
    _ = try? RequestProfile.read(invocation, now: 1_800_000_000)
    var cache = TokenCache(capacity: 4)
    var validator = InvocationValidator(executor: invocation.executor, now: 1_800_000_000)
    validator.proof = { _ in .supplied(bytes) }
    _ = try? validator.validate(bytes, cache: &cache)
  }
  if let token = try? RequestToken(decoding: bytes) {
    precondition((try? RequestToken(header: token.header))?.invocation == token.invocation)
  }
  return 0
}
