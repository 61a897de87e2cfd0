public import VaultEncoding

/// Where an entry belongs; a sealed entry opens nowhere else.
public struct EntryContext: Hashable, Sendable {
  /// The vault.
  public let vault: DID
  /// The scope.
  public let scope: ScopeID
  /// The epoch whose key seals it.
  public let epoch: UInt64
  /// Its number in the author's feed.
  public let sequence: UInt64
  /// The device that wrote it.
  public let author: DID

  /// Puts a context together.
  public init(vault: DID, scope: ScopeID, epoch: UInt64, sequence: UInt64, author: DID) {
    self.vault = vault
    self.scope = scope
    self.epoch = epoch
    self.sequence = sequence
    self.author = author
  }

  /// DAG-CBOR `["vault/op@1", vault, scope, epoch, sequence as 8 bytes, author]`.
  var aad: [UInt8] {
    let object = (0..<8).map { UInt8(truncatingIfNeeded: sequence >> (56 - 8 * $0)) }
    return DAGCBOR.encode(
      .array([
        .text("vault/op@1"), .text(vault.text), .bytes(scope.bytes), .unsigned(epoch),
        .bytes(object), .text(author.text),
      ]))
  }
}
