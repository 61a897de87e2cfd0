/// One change, as people and tests read it.
///
/// Batches hold operations in a flatter form.
public enum Operation: Hashable, Sendable {
  /// Makes a new object; its identifier is the operation's own.
  case create(ObjectID, ObjectKind, parent: ObjectID, name: [UInt8])
  /// Puts an object into a folder.
  case move(ObjectID, parent: ObjectID)
  /// Puts an object into the trash.
  case trash(ObjectID)
  /// Gives an object another name.
  case rename(ObjectID, name: [UInt8])
  /// Replaces the content that this replica had seen.
  case setContent(ObjectID, [UInt8])
  /// Replaces or removes an attribute.
  case setAttribute(ObjectID, AttributeKey, [UInt8]?)
  /// Replaces or removes a setting of the scope.
  case setSetting(key: [UInt8], value: [UInt8]?)
}
