import VaultCrypto
public import VaultEncoding

/// A signed entry of the policy log.
///
/// docs/spec/policy.md, "Entry".
///
/// It has the right shape; who signed it is checked by the log, which knows whom it acts for.
public struct PolicyEntry: Hashable, Sendable {
  /// The envelope's tag.
  public static let tag = "vault/policy@1"
  private static let schema = CBORSchema(
    required: ["vault", "by", "seq", "prev", "deps", "body"])

  /// The vault that it is about.
  public let vault: DID
  /// Whom the author acts as.
  public let actor: PolicyActor
  /// Its number among the actor's entries, from 0 without gaps.
  public let sequence: UInt64
  /// The actor's entry before it.
  public let previous: CID?
  /// Other entries that the author had seen; sorted.
  public let dependencies: [CID]
  /// What it says.
  public let body: PolicyBody
  private let signature: [UInt8]
  private let signedCount: Int
  /// The signed bytes and the signature.
  public let bytes: [UInt8]
  /// Names the entry.
  public let cid: CID

  /// Reads an entry; verifies no signature.
  public init(decoding bytes: [UInt8]) throws(PolicyError) {
    try self.init(decoding: bytes, cid: CID.of(bytes, codec: .dagCBOR), isTrusted: false)
  }

  /// Reads an entry whose name is known.
  ///
  /// `isTrusted` is for bytes that this program accepted before and kept.
  init(
    decoding bytes: [UInt8], cid: CID, isTrusted: Bool, vault: FamiliarDID? = nil
  ) throws(PolicyError) {
    try self.init(
      Envelope.policy(bytes, tag: Self.tag), cid: cid, isTrusted: isTrusted, vault: vault)
  }

  /// Signs an entry.
  static func issue(
    vault: DID, actor: PolicyActor, sequence: UInt64, previous: CID?, dependencies: [CID],
    body: PolicyBody, by key: SigningKey
  ) throws(PolicyError) -> PolicyEntry {
    let payload = CBORValue.map([
      ("vault", .did(vault)), ("by", actor.value), ("seq", .unsigned(sequence)),
      ("prev", previous.map { .link($0) } ?? .null),
      ("deps", .array(dependencies.sorted().map { .link($0) })), ("body", body.value),
    ])
    return try PolicyEntry(
      decoding: Envelope.policySigned(tag: tag, payload: payload, by: key).bytes)
  }

  private init(
    _ envelope: Envelope, cid: CID, isTrusted: Bool, vault familiar: FamiliarDID?
  ) throws(PolicyError) {
    let fields = try PolicyFields(envelope.payload, of: "entry", Self.schema)
    vault = try fields.required("vault") { value in
      if let familiar { familiar.read(value) } else { value.asDID }
    }
    actor = try fields.required("by") { PolicyActor($0) }
    sequence = try fields.number("seq")
    previous = try fields.orNull("prev", \.asLink)
    dependencies = try fields.required("deps", \.asLinks)
    guard dependencies.count <= PolicyLimits.dependenciesMax,
      zip(dependencies, dependencies.dropFirst()).allSatisfy({ $0 < $1 })
    else { throw PolicyError(.malformed, "deps is too long, or not sorted") }
    body = try PolicyBody(
      fields.required("body") { $0 }, isTrusted: isTrusted, vault: familiar)
    signature = envelope.signature
    signedCount = envelope.signedCount
    bytes = envelope.bytes
    self.cid = cid
  }

  /// Everything that must be known before the entry can be judged.
  var needs: [CID] {
    var needs: [CID] = []
    needs.reserveCapacity(dependencies.count + 4)
    needs += dependencies
    needs += body.needs
    if let previous { needs.append(previous) }
    if let grant = actor.grant { needs.append(grant) }
    return needs
  }

  /// The grant that the entry gives, if it gives one.
  public var grant: GrantBody? {
    if case .grant(let body) = body { body } else { nil }
  }

  /// The revocation that the entry is, if it is one.
  public var revocation: RevokeBody? {
    if case .revoke(let body) = body { body } else { nil }
  }

  /// The epoch that the entry starts or extends, if it does.
  public var epoch: EpochBody? {
    if case .epoch(let body) = body { body } else { nil }
  }

  /// Whether both are the same bytes.
  public static func == (left: PolicyEntry, right: PolicyEntry) -> Bool { left.cid == right.cid }

  /// Feeds the name to a hasher.
  public func hash(into hasher: inout Hasher) { hasher.combine(cid) }

  /// Whether a key signed the entry.
  func isSigned(by did: DID) -> Bool {
    did.verifies(signature, over: Array(bytes.suffix(signedCount)))
  }
}
