public import VaultEncoding

/// What one replica did at one time: the unit of causality, of merging and of sealing.
///
/// A batch is not trusted: decoding checks its shape, merging checks it against the history that
/// it says it knows. docs/spec/crdt.md, "Batches".
public struct Batch: Hashable, Sendable {
  /// The author.
  public var replica: Bytes32 { replicas[0] }
  /// Its number among the author's batches, from 1.
  public let sequence: UInt64
  /// What the author had merged since its previous batch: only what changed, never itself.
  public let dependencies: VersionVector
  /// The Lamport time of the first operation; the others follow one by one.
  public let lamport: UInt64
  /// The number of the first operation among the author's operations, from 0.
  public let firstCounter: UInt64
  /// When the author wrote it, by its own clock.
  public let time: HybridTime

  /// The author, then the replicas of `dependencies` by key, then others that are referred to.
  let replicas: [Bytes32]
  let flat: [FlatOperation]
  /// Names and values, one after the other.
  let payload: [UInt8]

  /// How many operations there are; at least one.
  public var count: Int { flat.count }

  /// The operations, in order.
  ///
  /// Complexity: O(*n*).
  public var operations: [Operation] { flat.map(operation) }

  private func operation(_ flat: FlatOperation) -> Operation {
    let object = identifier(flat.object)
    if let kind = flat.kind.creates {
      return .create(
        object, kind, parent: identifier(flat.parent), name: Array(payload[flat.range]))
    }
    let value = Array(payload[flat.valueRange])
    switch flat.kind {
    case .move: return .move(object, parent: identifier(flat.parent))
    case .trash: return .trash(object)
    case .rename: return .rename(object, name: value)
    case .setContent: return .setContent(object, value)
    case .setAttribute: return .setAttribute(object, AttributeKey(rawValue: flat.attribute), value)
    case .removeAttribute:
      return .setAttribute(object, AttributeKey(rawValue: flat.attribute), nil)
    case .setSetting: return .setSetting(key: Array(payload[flat.keyRange]), value: value)
    default: return .setSetting(key: Array(payload[flat.keyRange]), value: nil)
    }
  }

  func identifier(_ reference: Reference) -> ObjectID {
    switch reference {
    case .root: .root
    case .trash: .trash
    default: ObjectID(replica: replicas[reference.replica], counter: reference.counter)
    }
  }
}
