import VaultCrypto
public import VaultEncoding

/// What a shard is called on every node: the RFC 9162 Merkle root over its 4 KiB leaves.
///
/// One hash serves as name, as check of the whole, and as what audits are answered against. Two
/// shards with equal bytes have one name: with k = 1 all shards of a pack do.
public struct ShardName: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The Merkle root.
  public let root: Bytes32

  /// A name that was read from somewhere.
  public init(root: Bytes32) {
    self.root = root
  }

  /// The name of a shard's bytes.
  ///
  /// O(n).
  public init(of shard: [UInt8]) {
    root = Merkle.root(of: shard)
  }

  /// Orders names by their bytes.
  public static func < (left: ShardName, right: ShardName) -> Bool {
    left.root < right.root
  }

  /// Sixty-four hexadecimal digits.
  public var description: String { root.hex }
}
