public import VaultCrypto
public import VaultEncoding

/// One sealed batch of a feed, as it is stored and sent (docs/spec/sync.md section 1).
public struct FeedEntry: Hashable, Sendable {
  /// Its number in the feed, from 1, without gaps.
  public let sequence: Int
  /// The epoch of the scope's key that seals it.
  public let epoch: UInt64
  /// How far its author had seen other devices' feeds, where that changed since its last entry.
  public let dependencies: [DID: Int]
  /// The sealed batch.
  public let ciphertext: [UInt8]
  /// The author's signature over the chain up to here, or nil inside a run.
  public let signature: [UInt8]?

  /// Makes an entry that is not signed (yet).
  public init(sequence: Int, epoch: UInt64, dependencies: [DID: Int], ciphertext: [UInt8]) {
    self.init(
      sequence: sequence, epoch: epoch, dependencies: dependencies, ciphertext: ciphertext,
      signature: nil)
  }

  private init(
    sequence: Int, epoch: UInt64, dependencies: [DID: Int], ciphertext: [UInt8],
    signature: [UInt8]?
  ) {
    self.sequence = sequence
    self.epoch = epoch
    self.dependencies = dependencies
    self.ciphertext = ciphertext
    self.signature = signature
  }

  /// The same entry with the author's signature over `position`, which must be the one after it.
  public func signed(at position: FeedPosition, by key: SigningKey) -> FeedEntry {
    precondition(position.count == sequence, "an entry is signed at its own position")
    return FeedEntry(
      sequence: sequence, epoch: epoch, dependencies: dependencies, ciphertext: ciphertext,
      signature: key.sign(Self.signedBytes(position)))
  }

  /// Whether the signature is there and is `device`'s over `position`.
  public func isSigned(by device: DID, at position: FeedPosition) -> Bool {
    guard let signature else { return false }
    return device.verifies(signature, over: Self.signedBytes(position))
  }

  private static func signedBytes(_ position: FeedPosition) -> [UInt8] {
    Array("vault/entry@1".utf8) + [0] + position.chain.bytes
  }

  private var fields: [CBORValue] {
    let deps = dependencies.map { ($0.key.text, CBORValue.unsigned(UInt64($0.value))) }
    return [
      .unsigned(1), .unsigned(UInt64(sequence)), .unsigned(epoch), .map(deps), .bytes(ciphertext),
    ]
  }

  /// The bytes that the chain covers: everything but the signature.
  public var unsignedBytes: [UInt8] { DAGCBOR.encode(.array(fields)) }

  /// The entry as stored and sent.
  public var bytes: [UInt8] {
    DAGCBOR.encode(.array(fields + [signature.map { .bytes($0) } ?? .null]))
  }

  /// Decodes an entry; its place in the chain and its signature are checked by `FeedRun`.
  public init(decoding bytes: [UInt8]) throws(MessageError) {
    guard bytes.count <= SyncLimits.entryBytesMax else {
      throw .limit("entry of \(bytes.count) bytes")
    }
    let value: CBORValue
    do {
      value = try DAGCBOR.decode(
        bytes,
        limits: CBORLimits(bytesMax: SyncLimits.entryBytesMax, depthMax: 4, itemsMax: 4096))
    } catch {
      throw .encoding("\(error)")
    }
    let items = try value.wireTuple("entry", count: 6)
    guard try items[0].wireInt("version") == 1 else { throw .field("version is not 1") }
    let sequence = try items[1].wireInt("sequence")
    guard sequence >= 1 else { throw .field("sequence is 0") }
    guard case .bytes(let ciphertext) = items[4] else { throw .field("ciphertext is not bytes") }
    var signature: [UInt8]?
    if items[5] != .null { signature = try items[5].wireBytes("signature", count: 64) }
    self.init(
      sequence: sequence, epoch: UInt64(try items[2].wireInt("epoch")),
      dependencies: try Self.dependencies(items[3]), ciphertext: ciphertext, signature: signature)
  }

  private static func dependencies(_ value: CBORValue) throws(MessageError) -> [DID: Int] {
    guard case .map(let pairs) = value else { throw .field("deps is not a map") }
    guard pairs.count <= SyncLimits.dependenciesMax else { throw .limit("deps") }
    var result: [DID: Int] = [:]
    for pair in pairs {
      result[try CBORValue.text(pair.key).wireDID("deps")] = try pair.value.wireInt("deps")
    }
    return result
  }
}
