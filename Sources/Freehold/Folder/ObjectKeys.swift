import VaultCRDT
import VaultEncoding
import VaultFolder

/// Short names of objects for the folder index: the number that this device gave to a replica, and
/// the replica's own counter.
///
/// The copies of a file with several contents have keys of their own: the highest bit, the numbers
/// of the file's and the content's replicas, and both counters.
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

  /// The key of a copy: one of the further contents of a file.
  ///
  /// Counters stay below 2^32 and replicas below 2^16 (docs/spec/crdt.md, "Limits").
  mutating func key(_ object: ObjectID, copy head: ContentHead) -> FolderKey {
    let replicas = number(object.replica) << 16 | number(head.replica)
    return FolderKey(
      high: Self.copyBit | replicas, low: object.counter << 32 | head.counter & 0xffff_ffff)
  }

  /// The key of a shown thing.
  mutating func key(_ thing: ShownThing) -> FolderKey {
    thing.copy.map { key(thing.object, copy: $0) } ?? key(thing.object)
  }

  /// Whether a key stands for a copy.
  static func isCopy(_ key: FolderKey) -> Bool { key.high & copyBit != 0 }

  /// The file and the writing operation of a copy; nil for other keys.
  func copy(_ key: FolderKey) -> (object: ObjectID, replica: Bytes32, counter: UInt64)? {
    guard Self.isCopy(key),
      let file = replica(key.high >> 16 & 0x7fff_ffff), let writer = replica(key.high & 0xffff)
    else { return nil }
    return (ObjectID(replica: file, counter: key.low >> 32), writer, key.low & 0xffff_ffff)
  }

  private static let copyBit: UInt64 = 1 << 63

  private func replica(_ number: UInt64) -> Bytes32? {
    number >= 1 && number <= UInt64(replicas.count) ? replicas[Int(number - 1)] : nil
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
