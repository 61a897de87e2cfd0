public import VaultEncoding

/// What a new device is told once both sides know each other: enough to fetch the rest.
///
/// The policy log itself comes from the node, however long it is; the heads say when it is whole.
public struct LinkLetter: Hashable, Sendable {
  /// How many links a chain of delegations has.
  private static let chainMax = 8
  private static let chainBytesMax = 8 << 10
  private static let nodesMax = 256
  /// Nodes beyond this are left out: the tree names them all.
  public static let nodesBytesMax = 32 << 10
  private static let headsMax = 256
  private static let bytesMax = 60 << 10

  /// The names of the policy entries that no other names, as the host knows them.
  public var heads: [CID]
  /// The delegations that the new device rests on, root's own first.
  public var chain: [[UInt8]]
  /// What the owner calls the vault.
  public var name: String
  /// Nodes as the vault's settings describe them, the mailbox's first.
  public var nodes: [[UInt8]]

  /// Puts a letter together; of many heads or nodes the first.
  public init(heads: [CID], chain: [[UInt8]], name: String, nodes: [[UInt8]]) {
    self.heads = Array(heads.prefix(Self.headsMax))
    self.chain = chain
    self.name = name
    self.nodes = []
    var room = Self.nodesBytesMax
    for node in nodes.prefix(Self.nodesMax) where node.count <= room {
      self.nodes.append(node)
      room -= node.count
    }
  }

  /// The letter as it is sealed.
  public var bytes: [UInt8] {
    DAGCBOR.encode(
      .map([
        ("heads", .array(heads.map { .link($0) })), ("chain", .array(chain.map { .bytes($0) })),
        ("name", .text(name)), ("nodes", .array(nodes.map { .bytes($0) })),
      ]))
  }

  /// Reads a letter; what it says is checked against the policy log.
  public init(decoding bytes: [UInt8]) throws(MessageError) {
    let fields = try MessageFields(
      bytes, bytesMax: Self.bytesMax, keys: ["heads", "chain", "name", "nodes"])
    heads = try fields.array("heads", countMax: Self.headsMax).map { value throws(MessageError) in
      try value.wireLink("head")
    }
    chain = try fields.byteStrings(
      "chain", countMax: Self.chainMax, bytesMax: Self.chainBytesMax)
    name = try fields.text("name")
    nodes = try fields.byteStrings(
      "nodes", countMax: Self.nodesMax, bytesMax: SyncLimits.statementBytesMax)
  }
}
