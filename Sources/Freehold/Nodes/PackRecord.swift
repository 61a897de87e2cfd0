import VaultEncoding
import VaultPacking

/// How a pack is spread: a sealed setting, so that every device finds the shards.
struct PackRecord: Hashable, Sendable {
  /// One shard and where it is to lie.
  struct Shard: Hashable, Sendable {
    /// The shard's name.
    var name: ShardName
    /// The node chosen for it.
    var node: DID
  }
  /// The pack's length in bytes, padding included.
  var packBytes: Int
  /// How many shards rebuild it.
  var needed: Int
  /// The shards by their index.
  var shards: [Shard]
}

extension PackRecord {
  /// The settings key of a pack.
  static func key(_ pack: Bytes32) -> [UInt8] { prefix + pack.bytes }
  /// What all packs' settings keys begin with.
  static let prefix = Array("pack/".utf8)

  private static let version: UInt8 = 1

  /// The setting's value.
  var bytes: [UInt8] {
    var writer = ByteWriter(capacity: 16 + shards.count * 64)
    writer.writeUInt8(Self.version)
    writer.writeCount(packBytes)
    writer.writeCount(needed)
    writer.writeCount(shards.count)
    for shard in shards {
      writer.writeBytes32(shard.name.root)
      writer.writeBytes32(shard.node.key)
    }
    return writer.bytes
  }

  /// Decodes a setting's value, or nil when it makes no sense.
  init?(decoding bytes: [UInt8]) {
    do {
      var reader = ByteReader(bytes)
      guard try reader.readUInt8() == Self.version else { return nil }
      packBytes = try reader.readCount(max: ContentLimits.packBytesMax)
      needed = try reader.readCount(max: Redundancy.totalMax)
      let count = try reader.readCount(max: Redundancy.totalMax)
      shards = []
      for _ in 0..<count {
        shards.append(
          Shard(
            name: ShardName(root: try reader.readBytes32()),
            node: DID(key: try reader.readBytes32())))
      }
      try reader.requireEnd()
      guard needed >= 1, needed <= count else { return nil }
    } catch {
      return nil
    }
  }
}
