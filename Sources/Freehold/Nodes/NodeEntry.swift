import VaultEncoding
import VaultSync

/// What the owner keeps about a node: a sealed setting, the same on every device.
struct NodeEntry: Hashable, Sendable {
  /// What the owner calls it.
  var name: String
  /// Where it is reached and which certificate it shows.
  var record: NodeRecord
  /// The region, by the owner's word or the host's.
  var region: String?
  /// The operator, by the owner's word or the host's.
  var operatorName: String?
  /// Its share of placements, relative to the others; 100 is usual.
  var weight: Int
  /// Whether the owner has removed it: nothing new goes there.
  var isRemoved: Bool
}

extension NodeEntry {
  /// The settings key of a node.
  static func key(_ node: DID) -> [UInt8] { prefix + node.key.bytes }
  /// What all nodes' settings keys begin with.
  static let prefix = Array("node/".utf8)

  /// The setting's value.
  var bytes: [UInt8] {
    DAGCBOR.encode(
      .map([
        ("name", .text(name)), ("record", .bytes(record.bytes)),
        ("region", region.map { .text($0) } ?? .null),
        ("operator", operatorName.map { .text($0) } ?? .null), ("weight", .int(weight)),
        ("removed", .bool(isRemoved)),
      ]))
  }

  /// Decodes a setting's value.
  init(decoding bytes: [UInt8]) throws(MessageError) {
    let fields = try MessageFields(
      bytes, bytesMax: SyncLimits.statementBytesMax,
      keys: ["name", "record", "region", "operator", "weight", "removed"])
    name = try fields.text("name")
    record = try NodeRecord(verifying: try fields.bytes("record"))
    region = try fields.optionalText("region")
    operatorName = try fields.optionalText("operator")
    weight = min(max(try fields.int("weight"), 1), 10_000)
    isRemoved = try fields.bool("removed")
  }
}
