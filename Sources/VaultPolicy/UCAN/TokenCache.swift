import VaultCrypto
import VaultEncoding

/// Remembers tokens whose bytes were read and whose signatures were good, by CID.
///
/// Only what can never change is kept: that these bytes are a token signed by its issuer. Whether
/// it is in time or taken back is asked each time anew.
public struct TokenCache: Sendable {
  /// How many tokens are kept when nobody says otherwise: some megabytes.
  public static let capacityStandard = 4096

  private let capacity: Int
  private var delegations: [CID: Verified<Delegation>] = [:]
  private var invocations: [CID: Verified<Invocation>] = [:]

  /// An empty cache that keeps at most so many tokens of each kind.
  public init(capacity: Int = TokenCache.capacityStandard) {
    self.capacity = max(1, capacity)
  }

  /// Forgets everything.
  public mutating func removeAll() {
    delegations = [:]
    invocations = [:]
  }

  /// Reads and verifies a delegation, unless that was done before.
  ///
  /// Steps 1, 2 and 5 of the validation.
  mutating func delegation(_ cid: CID, bytes: [UInt8]) throws(UCANError) -> Verified<Delegation> {
    if let known = delegations[cid] { return known }
    let verified = try Verified(Delegation(decoding: bytes))
    Self.makeRoom(in: &delegations, capacity: capacity)
    delegations[cid] = verified
    return verified
  }

  /// Reads and verifies an invocation, unless that was done before.
  mutating func invocation(_ bytes: [UInt8]) throws(UCANError) -> Verified<Invocation> {
    guard bytes.count <= UCANLimits.invocationBytesMax else {
      throw UCANError(.malformedToken, "the invocation is too long")
    }
    let cid = CID.of(bytes, codec: .dagCBOR)
    if let known = invocations[cid] { return known }
    let verified = try Verified(Invocation(decoding: bytes))
    Self.makeRoom(in: &invocations, capacity: capacity)
    invocations[cid] = verified
    return verified
  }

  /// Forgets all when full: rarer than once a thousand requests, and nothing to keep in order.
  private static func makeRoom<Token>(in tokens: inout [CID: Token], capacity: Int) {
    if tokens.count >= capacity { tokens.removeAll(keepingCapacity: true) }
  }
}
