import VaultCrypto
import VaultEncoding
import VaultStore
import VaultSync

/// That this device took over a checkpoint, and has not compared it with the history yet.
struct Adoption: Hashable, Sendable {
  /// What the device signed.
  let checkpoint: Checkpoint
  /// SHA-256 of the state.
  let stateDigest: Bytes32
}

extension Adoption {
  private static let key = "checkpoint-adopted"
  private static let refusedKey = "checkpoint-refused"

  /// Reads the adoption of a device; nil when there is none, or when it was found to be right.
  static func read(_ transaction: VaultTransaction) throws -> Adoption? {
    guard let bytes = try transaction.meta(key) else { return nil }
    let fields = try MessageFields(
      bytes, bytesMax: SyncLimits.statementBytesMax * 2, keys: ["checkpoint", "state"])
    return Adoption(
      checkpoint: try Checkpoint(verifying: try fields.bytes("checkpoint")),
      stateDigest: try fields.bytes32("state"))
  }

  /// Keeps it.
  func store(_ transaction: VaultTransaction) throws {
    try transaction.setMeta(
      Self.key,
      to: DAGCBOR.encode(
        .map([
          ("checkpoint", .bytes(checkpoint.bytes)), ("state", .bytes(stateDigest.bytes)),
        ])))
  }

  /// Forgets it: the history says the same, or is read instead.
  static func remove(_ transaction: VaultTransaction) throws {
    try transaction.setMeta(key, to: nil)
  }

  /// Notes that a checkpoint is not to be taken over again.
  static func refuse(_ cid: CID, _ transaction: VaultTransaction) throws {
    try transaction.setMeta(refusedKey, to: (try refused(transaction) + cid.bytes).suffix(4096))
  }

  /// Whether a checkpoint was refused before.
  static func isRefused(_ cid: CID, _ transaction: VaultTransaction) throws -> Bool {
    let all = try refused(transaction)
    return stride(from: 0, to: all.count, by: cid.bytes.count).contains {
      all[$0...].prefix(cid.bytes.count).elementsEqual(cid.bytes)
    }
  }

  private static func refused(_ transaction: VaultTransaction) throws -> [UInt8] {
    try transaction.meta(refusedKey) ?? []
  }
}
