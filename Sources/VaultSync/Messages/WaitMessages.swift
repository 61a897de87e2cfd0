public import VaultEncoding

/// Asks a node to answer as soon as it holds something else than `digest`.
public struct WaitRequest: Hashable, Sendable {
  /// The content digest that the client believes the node has.
  public var digest: Bytes32
  /// How long the client waits; the node may answer earlier.
  public var secondsMost: Int

  /// Makes a question.
  public init(digest: Bytes32, secondsMost: Int) {
    self.digest = digest
    self.secondsMost = secondsMost
  }

  /// The message as sent.
  public var bytes: [UInt8] {
    DAGCBOR.encode(.map([("digest", .bytes(digest)), ("most", .int(secondsMost))]))
  }

  /// Decodes a question.
  public init(decoding bytes: [UInt8]) throws(MessageError) {
    let fields = try MessageFields(
      bytes, bytesMax: SyncLimits.waitBytesMax, keys: ["digest", "most"])
    digest = try fields.bytes32("digest")
    secondsMost = try fields.int("most")
    guard secondsMost <= SyncLimits.waitSecondsMax else {
      throw .limit("a wait of \(secondsMost) seconds")
    }
  }
}

/// A node's answer to a `WaitRequest`.
public struct WaitResponse: Hashable, Sendable {
  /// The node's content digest now; the one asked about when nothing has changed.
  public var digest: Bytes32

  /// Makes an answer.
  public init(digest: Bytes32) {
    self.digest = digest
  }

  /// The message as sent.
  public var bytes: [UInt8] {
    DAGCBOR.encode(.map([("digest", .bytes(digest))]))
  }

  /// Decodes an answer.
  public init(decoding bytes: [UInt8]) throws(MessageError) {
    let fields = try MessageFields(bytes, bytesMax: SyncLimits.waitBytesMax, keys: ["digest"])
    digest = try fields.bytes32("digest")
  }
}
