import VaultEncoding

/// A vault's first words to a node: the invitation's token and proof of who the vault is.
public struct EnrollRequest: Hashable, Sendable {
  /// The invitation's token, 16 bytes.
  public var token: [UInt8]
  /// The vault's genesis envelope.
  public var genesis: [UInt8]
  /// The policy log so far, so that the node can judge the request.
  public var policy: [[UInt8]]
  /// The signed `Enrollment`.
  public var enrollment: [UInt8]

  /// Makes a request.
  public init(token: [UInt8], genesis: [UInt8], policy: [[UInt8]], enrollment: [UInt8]) {
    self.token = token
    self.genesis = genesis
    self.policy = policy
    self.enrollment = enrollment
  }

  /// The message as sent.
  public var bytes: [UInt8] {
    DAGCBOR.encode(
      .map([
        ("token", .bytes(token)), ("genesis", .bytes(genesis)),
        ("policy", .array(policy.map { .bytes($0) })), ("enroll", .bytes(enrollment)),
      ]))
  }

  /// Decodes a request.
  public init(decoding bytes: [UInt8]) throws(MessageError) {
    let fields = try MessageFields(
      bytes, bytesMax: SyncLimits.messageBytesMax, keys: ["token", "genesis", "policy", "enroll"])
    token = try fields.bytes("token", count: 16)
    genesis = try fields.bytes("genesis")
    policy = try fields.byteStrings(
      "policy", countMax: SyncLimits.policyEntriesMax, bytesMax: SyncLimits.statementBytesMax)
    enrollment = try fields.bytes("enroll")
  }
}

/// A node's answer to an enrollment.
public struct EnrollResponse: Hashable, Sendable {
  /// How many bytes the vault may store.
  public var quotaBytes: Int
  /// How many it stores.
  public var usedBytes: Int
  /// The node's newest record.
  public var record: [UInt8]

  /// Makes an answer.
  public init(quotaBytes: Int, usedBytes: Int, record: [UInt8]) {
    self.quotaBytes = quotaBytes
    self.usedBytes = usedBytes
    self.record = record
  }

  /// The message as sent.
  public var bytes: [UInt8] {
    DAGCBOR.encode(
      .map([
        ("quota", .unsigned(UInt64(quotaBytes))), ("used", .unsigned(UInt64(usedBytes))),
        ("record", .bytes(record)),
      ]))
  }

  /// Decodes an answer.
  public init(decoding bytes: [UInt8]) throws(MessageError) {
    let fields = try MessageFields(
      bytes, bytesMax: SyncLimits.statementBytesMax * 4, keys: ["quota", "used", "record"])
    quotaBytes = try fields.int("quota")
    usedBytes = try fields.int("used")
    record = try fields.bytes("record")
  }
}
