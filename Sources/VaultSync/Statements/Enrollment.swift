public import VaultCrypto
public import VaultEncoding

/// A device's signature that its vault takes up a node's invitation.
public struct Enrollment: Hashable, Sendable {
  /// The envelope's tag.
  public static let tag = "vault/enroll@1"
  /// The vault that enrolls.
  public let vault: DID
  /// The device that signs for it.
  public let device: DID
  /// The node that invited.
  public let node: DID
  /// SHA-256 of the invitation's token.
  public let tokenHash: Bytes32
  /// The device's clock.
  public let time: Timestamp
  /// The envelope as signed.
  public let bytes: [UInt8]

  /// Signs an enrollment.
  public init(
    vault: DID, node: DID, token: [UInt8], time: Timestamp, by key: SigningKey
  ) throws {
    let payload = CBORValue.map([
      ("vault", .text(vault.text)), ("device", .text(key.did.text)), ("node", .text(node.text)),
      ("token", .bytes(Hash.sha256(token).bytes)),
      ("time", .unsigned(UInt64(max(0, time.milliseconds)))),
    ])
    try self.init(
      verifying: Envelope.signed(tag: Self.tag, payload: payload, by: key).bytes)
  }

  /// Decodes an enrollment and verifies the device's signature.
  public init(verifying bytes: [UInt8]) throws(MessageError) {
    let (fields, _) = try Statement.open(
      bytes, tag: Self.tag, signerKey: "device",
      keys: ["vault", "device", "node", "token", "time"])
    vault = try fields.did("vault")
    device = try fields.did("device")
    node = try fields.did("node")
    tokenHash = try fields.bytes32("token")
    time = Timestamp(milliseconds: Int64(try fields.int("time")))
    self.bytes = bytes
  }
}
