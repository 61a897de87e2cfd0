public import VaultCrypto
public import VaultEncoding

/// One link of a chain: «iss lets aud do cmd with the things of sub».
///
/// docs/spec/ucan.md, "Delegation".
public struct Delegation: SignedToken {
  /// The envelope's tag.
  public static let tag = "ucan/dlg@1.0.0"
  private static let schema = CBORSchema(
    required: ["iss", "aud", "sub", "cmd", "pol", "nonce", "exp"], optional: ["nbf", "meta"])

  /// What is delegated, to whom, and for how long.
  public struct Terms: Hashable, Sendable {
    /// Who receives.
    public var audience: DID
    /// Whose things; nil takes the subject of the link before.
    public var subject: DID?
    /// What may be done.
    public var command: Command
    /// Under which conditions.
    public var policy: CapabilityPolicy
    /// The first second at which it counts.
    public var notBefore: Int64?
    /// The last second at which it counts; nil is never over.
    public var expiresAt: Int64?
    /// Remarks; never authority.
    public var meta: CBORMap?

    /// Puts terms together.
    public init(
      audience: DID, subject: DID?, command: Command, policy: CapabilityPolicy = .none,
      notBefore: Int64? = nil, expiresAt: Int64? = nil, meta: CBORMap? = nil
    ) {
      self.audience = audience
      self.subject = subject
      self.command = command
      self.policy = policy
      self.notBefore = notBefore
      self.expiresAt = expiresAt
      self.meta = meta
    }
  }

  /// Who delegates.
  public let issuer: DID
  /// What is delegated.
  public let terms: Terms
  /// Makes two equal delegations different.
  public let nonce: [UInt8]
  /// The signed bytes and the signature.
  public let envelope: Envelope
  /// Names the delegation.
  public let cid: CID

  /// Reads a delegation; verifies no signature.
  public init(decoding bytes: [UInt8]) throws(UCANError) {
    try self.init(decoding: bytes, subject: nil)
  }

  /// Reads a delegation whose subject is expected to be one that is known.
  init(decoding bytes: [UInt8], subject familiar: FamiliarDID?) throws(UCANError) {
    let envelope = try Envelope.ucan(bytes, tag: Self.tag, bytesMax: UCANLimits.delegationBytesMax)
    let fields = try PayloadReader(envelope.payload, Self.schema)
    issuer = try fields.did("iss")
    terms = Terms(
      audience: try fields.did("aud"), subject: try fields.didOrNull("sub", likely: familiar),
      command: try fields.command(),
      policy: try CapabilityPolicy(decoding: fields.value("pol") ?? .null),
      notBefore: try fields.secondsIfPresent("nbf"), expiresAt: try fields.secondsOrNull("exp"),
      meta: try fields.mapIfPresent("meta"))
    nonce = try fields.nonce()
    self.envelope = envelope
    cid = envelope.cid
  }

  /// Signs a delegation.
  ///
  /// Throws `malformedToken` when it would break a limit.
  public static func issue(
    _ terms: Terms, by key: SigningKey, using generator: inout some RandomNumberGenerator
  ) throws(UCANError) -> Verified<Delegation> {
    var fields: [(String, CBORValue)] = [
      ("iss", .did(key.did)), ("aud", .did(terms.audience)),
      ("sub", terms.subject.map { .did($0) } ?? .null), ("cmd", .text(terms.command.text)),
      ("pol", terms.policy.value), ("nonce", .bytes(generator.nextBytes(16))),
      ("exp", terms.expiresAt.map { .int($0) } ?? .null),
    ]
    if let notBefore = terms.notBefore { fields.append(("nbf", .int(notBefore))) }
    if let meta = terms.meta { fields.append(("meta", .map(meta))) }
    return Verified(trusting: try .signed(tag: tag, fields: fields, by: key))
  }
}

extension Delegation {
  /// Who receives.
  public var audience: DID { terms.audience }
  /// Whose things; nil takes the subject of the link before.
  public var subject: DID? { terms.subject }
  /// What may be done.
  public var command: Command { terms.command }
}

extension SignedToken {
  /// Signs fields and reads the result back, so that nothing is issued that would be refused.
  static func signed(
    tag: String, fields: [(String, CBORValue)], by key: SigningKey
  ) throws(UCANError) -> Self {
    let envelope: Envelope
    do {
      envelope = try Envelope.signed(tag: tag, payload: .map(fields), by: key)
    } catch {
      throw UCANError(.malformedToken, "the token cannot be signed: \(error.message)")
    }
    return try Self(decoding: envelope.bytes)
  }
}
