import VaultCRDT
import VaultEncoding
import VaultFolder

/// Short names of objects for the folder index: the number that this device gave to a replica, and
/// the replica's own counter.
struct ObjectKeys: Sendable {
  private var replicas: [Bytes32] = []
  private var numbers: [Bytes32: UInt64] = [:]

  /// The key of the vault's folder itself.
  static let root = FolderKey(high: 0, low: 0)

  init() {}

  /// Reads the table as it was kept.
  init(decoding bytes: [UInt8]) {
    for start in stride(from: 0, to: bytes.count - 31, by: 32) {
      if let replica = Bytes32(bytes[start..<(start + 32)]) { _ = number(replica) }
    }
  }

  /// The table as it is kept: the replicas' keys in the order of their numbers.
  var bytes: [UInt8] { replicas.flatMap(\.bytes) }

  /// The key of an object; gives its replica a number when it has none.
  mutating func key(_ object: ObjectID) -> FolderKey {
    object == .root ? Self.root : FolderKey(high: number(object.replica), low: object.counter)
  }

  /// The object of a key; nil for a key that this table never gave.
  func object(_ key: FolderKey) -> ObjectID? {
    if key == Self.root { return .root }
    guard key.high >= 1, key.high <= UInt64(replicas.count) else { return nil }
    return ObjectID(replica: replicas[Int(key.high - 1)], counter: key.low)
  }

  private mutating func number(_ replica: Bytes32) -> UInt64 {
    if let number = numbers[replica] { return number }
    replicas.append(replica)
    let number = UInt64(replicas.count)
    numbers[replica] = number
    return number
  }
}
