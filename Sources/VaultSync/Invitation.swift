import VaultEncoding

/// What a host hands to a customer: one line that is enough to use the node.
public struct Invitation: Hashable, Sendable {
  /// How the line begins.
  public static let prefix = "freehold-node:"
  static let lineBytesMax = 16 << 10
  /// The node's signed record.
  public let record: NodeRecord
  /// The secret that allows one vault to enroll, 16 bytes.
  public let token: [UInt8]
  /// How many bytes the vault may store.
  public let quotaBytes: Int

  /// Makes an invitation.
  public init(record: NodeRecord, token: [UInt8], quotaBytes: Int) {
    precondition(token.count == 16, "an invitation's token has 16 bytes")
    self.record = record
    self.token = token
    self.quotaBytes = quotaBytes
  }

  /// The invitation as one line.
  public var line: String {
    let value = CBORValue.map([
      ("record", .bytes(record.bytes)), ("token", .bytes(token)),
      ("quota", .unsigned(UInt64(quotaBytes))),
    ])
    return Self.prefix + Multibase.encodeBare(DAGCBOR.encode(value), as: .base64url)
  }

  /// Reads a line; white space around it is ignored.
  public init(line: String) throws(MessageError) {
    let bytes = Array(line.utf8).trimmed
    guard bytes.count <= Self.lineBytesMax else { throw .limit("invitation") }
    guard bytes.starts(with: Self.prefix.utf8) else {
      throw .field("an invitation begins with \(Self.prefix)")
    }
    let text = String(decoding: bytes.dropFirst(Self.prefix.utf8.count), as: UTF8.self)
    guard let decoded = try? Multibase.decodeBare(text, as: .base64url) else {
      throw .encoding("the invitation is cut short or has a wrong character")
    }
    let fields = try MessageFields(
      decoded, bytesMax: Self.lineBytesMax, keys: ["record", "token", "quota"])
    record = try NodeRecord(verifying: try fields.bytes("record"))
    token = try fields.bytes("token", count: 16)
    quotaBytes = try fields.int("quota")
  }
}

extension [UInt8] {
  fileprivate var trimmed: ArraySlice<UInt8> {
    func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }
    let head = drop(while: isSpace)
    return head.prefix(head.reversed().drop(while: isSpace).count)
  }
}
