import VaultCrypto
import VaultEncoding
import VaultStore

/// The devices that this home was, before it was found to be a copy.
///
/// The homes inside it that one of them left are this device's own from now on.
struct FormerDevices: Sendable {
  private static let key = "former-devices"
  private static let unsettledKey = "former-unsettled"

  /// All of them, the first one first.
  private(set) var all: [DID]
  /// Those of which it is not settled yet how much of what they wrote the nodes have.
  private(set) var unsettled: [DID]

  /// Reads what is known.
  init(_ transaction: VaultTransaction) throws {
    all = Self.devices(try transaction.meta(Self.key))
    unsettled = Self.devices(try transaction.meta(Self.unsettledKey))
  }

  /// Adds the newest one; all that it wrote here may be told.
  mutating func add(_ device: DID) { all.append(device) }

  /// Adds those that the home around knows.
  mutating func add(_ others: FormerDevices) {
    all += others.all.filter { !all.contains($0) }
  }

  /// Notes that one of them has left what is here.
  mutating func leave(_ device: DID) {
    if !unsettled.contains(device) { unsettled.append(device) }
  }

  /// The same, with nothing of theirs left here that is not settled.
  var settled: FormerDevices {
    var settled = self
    settled.unsettled = []
    return settled
  }

  /// Keeps them.
  func store(_ transaction: VaultTransaction) throws {
    try transaction.setMeta(Self.key, to: setting)
    try transaction.setMeta(
      Self.unsettledKey, to: unsettled.isEmpty ? nil : unsettled.flatMap(\.key.bytes))
  }

  /// All of them, as a setting says it.
  var setting: [UInt8] { all.flatMap(\.key.bytes) }

  /// The devices that a setting or a row names.
  static func devices(_ bytes: [UInt8]?) -> [DID] {
    let bytes = bytes ?? []
    return stride(from: 0, to: bytes.count, by: Bytes32.byteCount).compactMap {
      Bytes32(Array(bytes[$0..<min($0 + Bytes32.byteCount, bytes.count)])).map { DID(key: $0) }
    }
  }
}
