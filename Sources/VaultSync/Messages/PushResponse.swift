import VaultEncoding

/// A node's answer to a push: everything in it is on stable storage.
public struct PushResponse: Hashable, Sendable {
  /// The node's signed `PushReceipt`.
  public var receipt: [UInt8]
  /// How many bytes the vault stores at this node.
  public var usedBytes: Int
  /// How many it may store.
  public var quotaBytes: Int

  /// Makes an answer.
  public init(receipt: [UInt8], usedBytes: Int, quotaBytes: Int) {
    self.receipt = receipt
    self.usedBytes = usedBytes
    self.quotaBytes = quotaBytes
  }

  /// The message as sent.
  public var bytes: [UInt8] {
    DAGCBOR.encode(
      .map([
        ("receipt", .bytes(receipt)), ("used", .unsigned(UInt64(usedBytes))),
        ("quota", .unsigned(UInt64(quotaBytes))),
      ]))
  }

  /// Decodes an answer.
  public init(decoding bytes: [UInt8]) throws(MessageError) {
    let fields = try MessageFields(
      bytes, bytesMax: SyncLimits.statementBytesMax * 4, keys: ["receipt", "used", "quota"])
    receipt = try fields.bytes("receipt")
    usedBytes = try fields.int("used")
    quotaBytes = try fields.int("quota")
  }
}
