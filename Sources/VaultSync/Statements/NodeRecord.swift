public import VaultCrypto
public import VaultEncoding

/// What a node says of itself: where it is reached and which certificate it shows there.
///
/// The record binds the certificate to the node's DID, so that a client trusts exactly that
/// certificate and nothing else (docs/spec/sync.md section 3).
public struct NodeRecord: Hashable, Sendable {
  /// The envelope's tag.
  public static let tag = "vault/node@1"
  /// The node.
  public let node: DID
  /// Grows with every new record of the node.
  public let sequence: Int
  /// The URLs under which it listens, best first.
  public let addresses: [String]
  /// SHA-256 of the certificate's SubjectPublicKeyInfo.
  public let publicKeyHash: Bytes32
  /// The certificate, DER.
  public let certificate: [UInt8]
  /// The region that the host names, for placement.
  public let region: String?
  /// The operator that the host names, for placement.
  public let operatorName: String?
  /// Seconds since 1970 from which the record holds.
  public let notBeforeSeconds: Int
  /// Seconds since 1970 up to which it holds, or nil.
  public let expiresSeconds: Int?
  /// The envelope as signed.
  public let bytes: [UInt8]

  /// Everything of a record but who signs it.
  public struct Facts: Hashable, Sendable {
    /// Grows with every new record of the node.
    public var sequence: Int
    /// The URLs under which it listens, best first.
    public var addresses: [String]
    /// SHA-256 of the certificate's SubjectPublicKeyInfo.
    public var publicKeyHash: Bytes32
    /// The certificate, DER.
    public var certificate: [UInt8]
    /// The region, or nil.
    public var region: String?
    /// The operator, or nil.
    public var operatorName: String?
    /// Seconds since 1970 from which the record holds.
    public var notBeforeSeconds: Int
    /// Seconds since 1970 up to which it holds, or nil.
    public var expiresSeconds: Int?

    /// Gathers the facts.
    public init(
      sequence: Int, addresses: [String], publicKeyHash: Bytes32, certificate: [UInt8],
      region: String?, operatorName: String?, notBeforeSeconds: Int, expiresSeconds: Int?
    ) {
      self.sequence = sequence
      self.addresses = addresses
      self.publicKeyHash = publicKeyHash
      self.certificate = certificate
      self.region = region
      self.operatorName = operatorName
      self.notBeforeSeconds = notBeforeSeconds
      self.expiresSeconds = expiresSeconds
    }
  }

  /// Signs a record.
  public init(_ facts: Facts, by key: SigningKey) throws {
    let payload = CBORValue.map([
      ("iss", .text(key.did.text)), ("seq", .unsigned(UInt64(facts.sequence))),
      ("addresses", .array(facts.addresses.map { .text($0) })),
      ("spki", .bytes(facts.publicKeyHash.bytes)), ("cert", .bytes(facts.certificate)),
      ("region", facts.region.map { .text($0) } ?? .null),
      ("operator", facts.operatorName.map { .text($0) } ?? .null),
      ("nbf", .unsigned(UInt64(facts.notBeforeSeconds))),
      ("exp", facts.expiresSeconds.map { .unsigned(UInt64($0)) } ?? .null),
    ])
    try self.init(
      verifying: Envelope.signed(tag: Self.tag, payload: payload, by: key).bytes)
  }

  /// Decodes a record and verifies the node's signature.
  public init(verifying bytes: [UInt8]) throws(MessageError) {
    let (fields, _) = try Statement.open(
      bytes, tag: Self.tag, signerKey: "iss",
      keys: ["iss", "seq", "addresses", "spki", "cert", "region", "operator", "nbf", "exp"])
    node = try fields.did("iss")
    sequence = try fields.int("seq")
    addresses = try fields.array("addresses", countMax: SyncLimits.addressesMax).map {
      value throws(MessageError) in
      guard case .text(let url) = value, url.utf8.count <= SyncLimits.addressBytesMax else {
        throw .field("addresses holds something else than short URLs")
      }
      return url
    }
    guard !addresses.isEmpty else { throw .field("addresses is empty") }
    publicKeyHash = try fields.bytes32("spki")
    certificate = try fields.bytes("cert")
    region = try fields.optionalText("region")
    operatorName = try fields.optionalText("operator")
    notBeforeSeconds = try fields.int("nbf")
    expiresSeconds = try fields.value("exp") == .null ? nil : try fields.int("exp")
    self.bytes = bytes
  }
}
