import VaultCrypto
import VaultEncoding

/// The first message of a linking: from a device of the vault.
struct LinkOffer: Hashable {
  /// What the offering device says in clear.
  struct Facts: Hashable {
    /// The vault.
    let vault: DID
    /// The offering device.
    let device: DID
    /// The node whose mailbox it is.
    let node: DID

    var bytes: [UInt8] {
      DAGCBOR.encode(
        .map([("vault", .did(vault)), ("device", .did(device)), ("node", .did(node))]))
    }

    init(vault: DID, device: DID, node: DID) {
      self.vault = vault
      self.device = device
      self.node = node
    }

    init(decoding bytes: [UInt8]) throws(MessageError) {
      let fields = try MessageFields(
        bytes, bytesMax: SyncLimits.mailboxMessageBytesMax, keys: ["vault", "device", "node"])
      vault = try fields.did("vault")
      device = try fields.did("device")
      node = try fields.did("node")
    }
  }

  /// Fresh for each code.
  let session: [UInt8]
  /// The CPace message.
  let point: [UInt8]
  /// `Facts` as encoded: the associated data.
  let clear: [UInt8]

  static let sessionBytes = 16

  var bytes: [UInt8] {
    DAGCBOR.encode(
      .map([("session", .bytes(session)), ("point", .bytes(point)), ("clear", .bytes(clear))]))
  }

  init(session: [UInt8], point: [UInt8], clear: [UInt8]) {
    self.session = session
    self.point = point
    self.clear = clear
  }

  init(decoding bytes: [UInt8]) throws(MessageError) {
    let fields = try MessageFields(
      bytes, bytesMax: SyncLimits.mailboxMessageBytesMax, keys: ["session", "point", "clear"])
    session = try fields.bytes("session", count: Self.sessionBytes)
    point = try fields.bytes("point", count: CPace.messageBytes)
    clear = try fields.bytes("clear")
  }
}
