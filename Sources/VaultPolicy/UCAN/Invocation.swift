public import VaultCrypto
public import VaultEncoding

/// A request to do something now, with the chain of delegations that allows it.
///
/// docs/spec/ucan.md, "Invocation".
public struct Invocation: SignedToken {
  /// The envelope's tag.
  public static let tag = "ucan/inv@1.0.0"
  private static let schema = CBORSchema(
    required: ["iss", "sub", "cmd", "args", "prf", "nonce", "exp"],
    optional: ["aud", "meta", "iat", "cause"])

  /// What is asked, of whom, and on which grounds.
  public struct Terms: Hashable, Sendable {
    /// Whose things.
    public var subject: DID
    /// Who is to do it; nil means the subject.
    public var audience: DID?
    /// What is to be done.
    public var command: Command
    /// With which arguments.
    public var arguments: CBORMap
    /// The delegations that allow it, the subject's own first.
    public var proofs: [CID]
    /// When it was asked.
    public var issuedAt: Int64?
    /// The last second at which it counts; nil is never over.
    public var expiresAt: Int64?
    /// The receipt that led to it.
    public var cause: CID?
    /// Remarks; never authority.
    public var meta: CBORMap?

    /// Puts terms together.
    public init(
      subject: DID, audience: DID?, command: Command, arguments: CBORMap, proofs: [CID],
      issuedAt: Int64?, expiresAt: Int64?, cause: CID? = nil, meta: CBORMap? = nil
    ) {
      self.subject = subject
      self.audience = audience
      self.command = command
      self.arguments = arguments
      self.proofs = proofs
      self.issuedAt = issuedAt
      self.expiresAt = expiresAt
      self.cause = cause
      self.meta = meta
    }
  }

  /// Who asks.
  public let issuer: DID
  /// What is asked.
  public let terms: Terms
  /// Makes two equal requests different; empty when they need not be.
  public let nonce: [UInt8]
  /// The signed bytes and the signature.
  public let envelope: Envelope
  /// Names the invocation.
  public let cid: CID

  /// Reads an invocation; verifies no signature.
  public init(decoding bytes: [UInt8]) throws(UCANError) {
    let envelope = try Envelope.ucan(bytes, tag: Self.tag, bytesMax: UCANLimits.invocationBytesMax)
    let fields = try PayloadReader(envelope.payload, Self.schema)
    issuer = try fields.did("iss")
    guard let arguments = try fields.mapIfPresent("args") else {
      throw UCANError(.malformedToken, "the arguments are missing")
    }
    terms = Terms(
      subject: try fields.did("sub"), audience: try fields.didIfPresent("aud"),
      command: try fields.command(), arguments: arguments, proofs: try fields.links("prf"),
      issuedAt: try fields.secondsIfPresent("iat"), expiresAt: try fields.secondsOrNull("exp"),
      cause: try fields.linkIfPresent("cause"), meta: try fields.mapIfPresent("meta"))
    nonce = try fields.nonce()
    self.envelope = envelope
    cid = envelope.cid
  }

  /// Signs an invocation with a nonce of its own.
  public static func issue(
    _ terms: Terms, by key: SigningKey, using generator: inout some RandomNumberGenerator
  ) throws(UCANError) -> Verified<Invocation> {
    try issue(terms, nonce: generator.nextBytes(16), by: key)
  }

  /// Signs an invocation with a given nonce: an empty one for what may be repeated.
  static func issue(
    _ terms: Terms, nonce: [UInt8], by key: SigningKey
  ) throws(UCANError) -> Verified<Invocation> {
    var fields: [(String, CBORValue)] = [
      ("iss", .did(key.did)), ("sub", .did(terms.subject)), ("cmd", .text(terms.command.text)),
      ("args", .map(terms.arguments)), ("prf", .array(terms.proofs.map { .link($0) })),
      ("nonce", .bytes(nonce)), ("exp", terms.expiresAt.map { .int($0) } ?? .null),
    ]
    if let audience = terms.audience { fields.append(("aud", .did(audience))) }
    if let issuedAt = terms.issuedAt { fields.append(("iat", .int(issuedAt))) }
    if let cause = terms.cause { fields.append(("cause", .link(cause))) }
    if let meta = terms.meta { fields.append(("meta", .map(meta))) }
    return Verified(trusting: try .signed(tag: tag, fields: fields, by: key))
  }
}

extension Invocation {
  /// Whose things.
  public var subject: DID { terms.subject }
  /// Who is to do it.
  public var executor: DID { terms.audience ?? terms.subject }
  /// What is to be done.
  public var command: Command { terms.command }
  /// With which arguments.
  public var arguments: CBORValue { .map(terms.arguments) }
  /// The delegations that allow it, the subject's own first.
  public var proofs: [CID] { terms.proofs }
}
