public import VaultCrypto
public import VaultEncoding

/// Signs requests of one principal to one node.
public struct RequestSigner: Sendable {
  /// Whose things: the vault, or the node itself for what concerns the host.
  public let subject: DID
  /// Who is asked.
  public let node: DID
  /// The delegations that the signer rests on, the subject's own first.
  public let chain: [Verified<Delegation>]
  private let key: SigningKey

  /// A signer for a key that is the audience of the chain's last link.
  public init(subject: DID, node: DID, chain: [Verified<Delegation>], key: SigningKey) {
    self.subject = subject
    self.node = node
    self.chain = chain
    self.key = key
  }

  /// Signs a request for a body.
  ///
  /// `withProofs` sends the delegations along, for a node that may not have them in its log.
  public func sign(
    _ request: Request, bodyDigest: Bytes32, bodyBytes: UInt64, now: Timestamp,
    withProofs: Bool = false, using generator: inout some RandomNumberGenerator
  ) throws(UCANError) -> RequestToken {
    let binding = RequestBinding(digest: bodyDigest, sizeBytes: bodyBytes, hops: chain.count)
    let issuedAt = now.seconds
    let terms = Invocation.Terms(
      subject: subject, audience: node, command: request.command,
      arguments: request.arguments(binding: binding), proofs: chain.map(\.token.cid),
      issuedAt: issuedAt, expiresAt: issuedAt + RequestProfile.lifetimeSecondsMax)
    let invocation = try Invocation.issue(terms, by: key, using: &generator)
    let proofs = withProofs ? chain.map(\.token.envelope.bytes) : []
    return RequestToken(invocation: invocation.token.envelope.bytes, proofs: proofs)
  }
}
