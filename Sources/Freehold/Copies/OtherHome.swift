import VaultCrypto
import VaultEncoding
import VaultStore
import VaultSync

/// What proves that another home is, or was, the same device as this one.
///
/// A node has shown something that the device signed, and not here. That is kept from then on: what
/// was shown once need not be shown again, and under a name that two homes have nothing more is
/// told to anybody.
struct OtherHome: Sendable {
  private static let key = "other-home"

  /// The device that both are.
  let device: DID
  /// The newest head that the other one has signed, as far as it was shown.
  let head: Head?

  /// Reads what is known; nil for nothing.
  init?(_ transaction: VaultTransaction) throws {
    guard let bytes = try transaction.meta(Self.key), bytes.count >= Bytes32.byteCount,
      let key = Bytes32(Array(bytes[..<Bytes32.byteCount]))
    else { return nil }
    device = DID(key: key)
    let envelope = Array(bytes[Bytes32.byteCount...])
    head = envelope.isEmpty ? nil : try Head(restoring: envelope)
  }

  /// Notes that there is one, and the newest head of it.
  static func note(_ device: DID, head: Head? = nil, _ transaction: VaultTransaction) throws {
    let known = try OtherHome(transaction).flatMap { $0.device == device ? $0 : nil }
    let newest = [known?.head, head].compactMap { $0 }.max { $0.sequence < $1.sequence }
    try transaction.setMeta(key, to: device.key.bytes + (newest?.bytes ?? []))
  }

  /// Forgets it, when this home has become another device.
  static func forget(_ transaction: VaultTransaction) throws {
    try transaction.setMeta(key, to: nil)
  }
}

extension Vault {
  /// What proves that this home is not the only one of this device; nil for nothing.
  var otherHome: OtherHome? { get throws { try otherHome(of: device) } }

  /// The same of a device that this one was.
  func otherHome(of device: DID) throws -> OtherHome? {
    try database.read { try OtherHome($0) }.flatMap { $0.device == device ? $0 : nil }
  }

  /// Keeps this home from signing anything before it has become a new device.
  func noteOtherHome() throws {
    let device = self.device
    try database.write { try OtherHome.note(device, $0) }
  }

  /// Throws when another home is the same device: what is written into the policy twice under one
  /// number would count for nothing.
  func requireOnlyHome() throws {
    guard try otherHome == nil else { throw FreeholdError.sameDevice }
  }
}

extension FreeholdError {
  static let sameDevice = FreeholdError(
    .tampered, "another home is the same device as this one",
    hint: "freehold sync: this home becomes a new device first")
}
