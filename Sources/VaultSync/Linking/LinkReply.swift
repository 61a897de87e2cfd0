import VaultEncoding

/// The third message: the letter that lets the new device in, or that the code is dead.
enum LinkReply: Hashable {
  /// The other side shows that it has the key, and sends the sealed letter.
  case letter(tag: [UInt8], sealed: [UInt8])
  /// The answer was wrong: nothing more comes.
  case dead

  var bytes: [UInt8] {
    switch self {
    case .letter(let tag, let sealed):
      DAGCBOR.encode(.map([("tag", .bytes(tag)), ("sealed", .bytes(sealed))]))
    case .dead: DAGCBOR.encode(.null)
    }
  }

  init(decoding bytes: [UInt8]) throws(MessageError) {
    if bytes == DAGCBOR.encode(.null) {
      self = .dead
      return
    }
    let fields = try MessageFields(
      bytes, bytesMax: SyncLimits.mailboxMessageBytesMax, keys: ["tag", "sealed"])
    self = .letter(
      tag: try fields.bytes("tag", count: Bytes32.byteCount), sealed: try fields.bytes("sealed"))
  }
}
