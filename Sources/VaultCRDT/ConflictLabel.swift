public import VaultEncoding

/// How the second of two visible siblings of one name is marked: ` (conflict, <label>)`.
///
/// The label may depend only on what all devices know alike, such as device names that are kept in
/// the settings; else they would show different names.
public struct ConflictLabel: Sendable {
  let text: @Sendable (_ replica: Bytes32, _ time: HybridTime) -> String

  /// Makes labels from the replica that claimed the name second, and when by its clock.
  public init(_ text: @escaping @Sendable (_ replica: Bytes32, _ time: HybridTime) -> String) {
    self.text = text
  }

  /// The first eight digits of the replica's key.
  public static let replicaPrefix = ConflictLabel { replica, _ in String(replica.hex.prefix(8)) }

  /// The bytes of a label: without slash and NUL, at most 64, cut between characters.
  func bytes(replica: Bytes32, time: HybridTime) -> [UInt8] {
    var label = Array(text(replica, time).utf8)
    for index in label.indices where label[index] == 0 || label[index] == UInt8(ascii: "/") {
      label[index] = UInt8(ascii: "-")
    }
    return Array(ClashName.cut(label[...], to: CRDTLimits.conflictLabelBytesMax))
  }
}
