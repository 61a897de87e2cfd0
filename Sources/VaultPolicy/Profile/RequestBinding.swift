public import VaultEncoding

/// Ties an invocation to one body and to its own chain.
///
/// docs/spec/requests.md, "Arguments".
public struct RequestBinding: Hashable, Sendable {
  /// The SHA-256 of the body.
  public let digest: Bytes32
  /// How long the body is.
  public let sizeBytes: UInt64
  /// How many delegations the invocation rests on: a grant can limit it.
  public let hops: Int

  /// Puts a binding together.
  public init(digest: Bytes32, sizeBytes: UInt64, hops: Int) {
    self.digest = digest
    self.sizeBytes = sizeBytes
    self.hops = hops
  }
}
