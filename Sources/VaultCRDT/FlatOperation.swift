/// An operation as batches hold it: no array of its own, 32 bytes.
struct FlatOperation: Hashable, Sendable {
  var kind: OperationKind
  /// An attribute's number.
  var attribute: UInt8 = 0
  /// What is changed; for a creation, the new object.
  var object = Reference.root
  /// Where to, for creations and moves.
  var parent = Reference.root
  /// Where name or value start in the batch's bytes.
  ///
  /// A setting's key comes before its value.
  var start: UInt32 = 0
  var count: UInt32 = 0
  /// The part of `count` that is a setting's key.
  var keyCount: UInt16 = 0

  var range: Range<Int> { Int(start)..<Int(start) + Int(count) }
  var keyRange: Range<Int> { Int(start)..<Int(start) + Int(keyCount) }
  var valueRange: Range<Int> { Int(start) + Int(keyCount)..<Int(start) + Int(count) }
}

/// The first byte of each operation.
///
/// docs/spec/crdt.md, "Operations".
enum OperationKind: UInt8, Hashable, Sendable {
  case createFolder = 0
  case createFile = 1
  case createSymlink = 2
  case move = 16
  case trash = 17
  case rename = 18
  case setContent = 19
  case setAttribute = 20
  case removeAttribute = 21
  case setSetting = 22
  case removeSetting = 23

  init(creating kind: ObjectKind) {
    switch kind {
    case .folder: self = .createFolder
    case .file: self = .createFile
    case .symlink: self = .createSymlink
    }
  }

  /// What is created, for the operations that create.
  var creates: ObjectKind? { ObjectKind(rawValue: rawValue) }

  var hasObject: Bool { rawValue >= 16 && rawValue < 22 }
  var hasParent: Bool { rawValue <= 16 }
  var hasName: Bool { rawValue < 16 || self == .rename }
  var hasAttribute: Bool { self == .setAttribute || self == .removeAttribute }
  var hasSettingKey: Bool { rawValue >= 22 }

  /// The longest value, for the operations that carry one.
  var valueBytesMax: Int? {
    switch self {
    case .setContent: CRDTLimits.contentBytesMax
    case .setAttribute: CRDTLimits.attributeBytesMax
    case .setSetting: CRDTLimits.settingBytesMax
    default: nil
    }
  }
}
