public import VaultCrypto
public import VaultEncoding
import VaultSync

/// What one person gives to another, to be let into folders: who it is, and the keys of its
/// devices (docs/spec/sharing.md section 4).
///
/// The signature says that the keys belong together, not whose they are: that is what the six words
/// are for.
public struct PersonCard: Hashable, Sendable {
  /// A device, or what 24 words stand for: whom keys are sealed to.
  public struct Member: Hashable, Sendable {
    /// Who it is.
    public let did: DID
    /// Where to seal to.
    public let kem: KEMPublicKey
  }

  static let tag = "vault/card@1"
  static let prefix = "freehold-card:"
  static let bytesMax = 64 << 10
  static let devicesMax = 16
  static let nameBytesMax = 100
  private static let keys = ["person", "name", "devices", "recovery", "time"]

  /// The person.
  public let person: DID
  /// What the person calls itself.
  public let name: String
  /// The person's devices; at least one.
  public let devices: [Member]
  /// What the person's own 24 words stand for; nil when there are none.
  public let recovery: Member?
  /// When it was made, by the clock there.
  public let time: Timestamp
  /// The envelope as signed.
  public let bytes: [UInt8]

  /// Everybody whom keys are sealed to.
  public var members: [Member] { devices + (recovery.map { [$0] } ?? []) }

  /// The card as a line of text.
  public var text: String { Paper.line(bytes, prefix: Self.prefix) }

  /// The words that both people see.
  public var words: [String] {
    SixWords.of(
      person.key.bytes + members.flatMap { $0.did.key.bytes + $0.kem.bytes },
      label: "vault/v1/card-words")
  }

  /// Signs a card.
  init(
    name: String, devices: [Member], recovery: Member?, time: Timestamp, by key: SigningKey
  ) throws {
    let shown = String(decoding: name.utf8.prefix(Self.nameBytesMax), as: UTF8.self)
    let sorted = devices.sorted { $0.did < $1.did }
    let payload = CBORValue.map([
      ("person", .did(key.did)), ("name", .text(shown)),
      ("devices", .array(sorted.map(Self.value))), ("recovery", recovery.map(Self.value) ?? .null),
      ("time", .unsigned(UInt64(max(0, time.milliseconds)))),
    ])
    bytes = try Envelope.signed(tag: Self.tag, payload: payload, by: key).bytes
    person = key.did
    self.name = shown
    self.devices = sorted
    self.recovery = recovery
    self.time = time
  }

  /// Reads the line that a person gave.
  public init(text: [UInt8]) throws {
    let (fields, bytes) = try Paper.open(
      text, prefix: Self.prefix, tag: Self.tag, signerKey: "person", keys: Self.keys,
      bytesMax: Self.bytesMax, what: "a card")
    do {
      try self.init(fields, bytes)
    } catch let error as MessageError {
      throw FreeholdError(.usage, "the card makes no sense: \(error)")
    }
  }

  /// Reads a card that was kept.
  init(decoding bytes: [UInt8]) throws {
    try self.init(text: Array(Paper.line(bytes, prefix: Self.prefix).utf8))
  }

  private init(_ fields: MessageFields, _ bytes: [UInt8]) throws {
    person = try fields.did("person")
    name = try fields.text("name")
    guard !name.isEmpty, name.utf8.count <= Self.nameBytesMax else {
      throw MessageError.field("name")
    }
    devices = try fields.array("devices", countMax: Self.devicesMax).map(Self.member)
    let dids = devices.map(\.did)
    guard !dids.isEmpty, zip(dids, dids.dropFirst()).allSatisfy({ $0 < $1 }) else {
      throw MessageError.field("devices")
    }
    let recovery = try fields.value("recovery")
    self.recovery = recovery == .null ? nil : try Self.member(recovery)
    time = Timestamp(milliseconds: Int64(try fields.int("time")))
    self.bytes = bytes
  }

  private static func value(_ member: Member) -> CBORValue {
    .array([.did(member.did), .bytes(member.kem.bytes)])
  }

  private static func member(_ value: CBORValue) throws -> Member {
    guard let items = value.asArray, items.count == 2, let did = items[0].asDID,
      let bytes = items[1].asBytes, let kem = try? KEMPublicKey(bytes)
    else { throw MessageError.field("a device of the card") }
    return Member(did: did, kem: kem)
  }
}
