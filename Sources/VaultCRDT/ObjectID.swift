public import VaultEncoding

/// The name of an object: the operation that created it, that is a replica and a number there.
public struct ObjectID: Hashable, Comparable, Sendable {
  /// The replica that created the object; all zeros for the two constants.
  public let replica: Bytes32
  /// The number of the creating operation among that replica's operations, from 0.
  public let counter: UInt64

  /// Names the object that an operation created.
  public init(replica: Bytes32, counter: UInt64) {
    self.replica = replica
    self.counter = counter
  }

  /// The folder that holds everything.
  public static let root = ObjectID(replica: .zero, counter: 0)
  /// The folder that holds what was deleted.
  public static let trash = ObjectID(replica: .zero, counter: 1)

  /// How many bytes `bytes` has.
  public static let byteCount = 40

  /// The key and the counter in big-endian order: sorts as the identifier does.
  public var bytes: [UInt8] {
    var writer = ByteWriter(capacity: Self.byteCount)
    writer.writeBytes32(replica)
    writer.writeUInt64(counter)
    return writer.bytes
  }

  /// Takes what `bytes` gave; any other count makes nil.
  public init?(_ bytes: [UInt8]) {
    guard bytes.count == Self.byteCount, let replica = Bytes32(bytes[..<32]) else { return nil }
    self.replica = replica
    counter = bytes[32...].reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// Compares replicas, then counters.
  public static func < (left: ObjectID, right: ObjectID) -> Bool {
    left.replica == right.replica ? left.counter < right.counter : left.replica < right.replica
  }
}

extension ObjectID: CustomStringConvertible {
  /// `root`, `trash`, or the first digits of the replica and the counter.
  public var description: String {
    switch self {
    case .root: "root"
    case .trash: "trash"
    default: "\(replica.hex.prefix(8)):\(counter)"
    }
  }
}
