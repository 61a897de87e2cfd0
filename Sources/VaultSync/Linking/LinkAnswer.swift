import VaultCrypto
import VaultEncoding

/// The second message: from the new device, which shows that it knows the words.
struct LinkAnswer: Hashable {
  /// What the new device says in clear: its public keys.
  struct Facts: Hashable {
    let device: DID
    let kem: KEMPublicKey

    var bytes: [UInt8] {
      DAGCBOR.encode(.map([("device", .did(device)), ("kem", .bytes(kem.bytes))]))
    }

    init(device: DID, kem: KEMPublicKey) {
      self.device = device
      self.kem = kem
    }

    init(decoding bytes: [UInt8]) throws(MessageError) {
      let fields = try MessageFields(
        bytes, bytesMax: SyncLimits.mailboxMessageBytesMax, keys: ["device", "kem"])
      device = try fields.did("device")
      guard let key = try? KEMPublicKey(try fields.bytes("kem")) else {
        throw .field("kem is no public key")
      }
      kem = key
    }
  }

  /// The CPace message.
  let point: [UInt8]
  /// `Facts` as encoded: the associated data.
  let clear: [UInt8]
  /// Shows that the sender has the key.
  let tag: [UInt8]
  /// What the owner calls the new device, sealed.
  let name: [UInt8]

  var bytes: [UInt8] {
    DAGCBOR.encode(
      .map([
        ("point", .bytes(point)), ("clear", .bytes(clear)), ("tag", .bytes(tag)),
        ("name", .bytes(name)),
      ]))
  }

  init(point: [UInt8], clear: [UInt8], tag: [UInt8], name: [UInt8]) {
    self.point = point
    self.clear = clear
    self.tag = tag
    self.name = name
  }

  init(decoding bytes: [UInt8]) throws(MessageError) {
    let fields = try MessageFields(
      bytes, bytesMax: SyncLimits.mailboxMessageBytesMax, keys: ["point", "clear", "tag", "name"])
    point = try fields.bytes("point", count: CPace.messageBytes)
    clear = try fields.bytes("clear")
    tag = try fields.bytes("tag", count: Bytes32.byteCount)
    name = try fields.bytes("name")
  }
}
