public import VaultEncoding

/// Something that was deleted; what is inside goes with it.
public struct Trashed: Hashable, Sendable {
  /// The object.
  public let object: ObjectID
  /// What it is.
  public let kind: ObjectKind
  /// Its name.
  public let name: [UInt8]
  /// The folder that it was in, which may itself be in the trash.
  public let home: ObjectID
  /// Who deleted it.
  public let replica: Bytes32
  /// When, by that replica's clock.
  public let time: HybridTime
}
