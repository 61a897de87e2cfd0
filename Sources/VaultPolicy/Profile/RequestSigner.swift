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

  /// A signer for delegations that somebody sent; nil when they are not good ones from the subject
  /// to the key.
  ///
  /// Whether they hold the node says.
  public init?(subject: DID, node: DID, showing chain: [[UInt8]], key: SigningKey) {
    var holder = subject
    var links: [Verified<Delegation>] = []
    for bytes in chain.prefix(UCANLimits.chainLinksMax) {
      guard bytes.count <= UCANLimits.delegationBytesMax,
        let link = try? Verified(Delegation(decoding: bytes)), link.token.issuer == holder
      else { return nil }
      holder = link.token.audience
      links.append(link)
    }
    guard !links.isEmpty, holder == key.did else { return nil }
    self.init(subject: subject, node: node, chain: links, key: key)
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
