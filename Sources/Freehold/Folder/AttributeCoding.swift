import VaultCRDT
import VaultEncoding
import VaultFolder

/// How a file's attributes are written in the tree (docs/spec/crdt.md, "Attributes").
enum AttributeCoding {
  static func encode(mode: UInt32) -> [UInt8] {
    [UInt8(truncatingIfNeeded: mode >> 8), UInt8(truncatingIfNeeded: mode)]
  }

  static func mode(_ bytes: [UInt8]?) -> UInt32? {
    guard let bytes, bytes.count == 2 else { return nil }
    return (UInt32(bytes[0]) << 8 | UInt32(bytes[1])) & 0o7777
  }

  static func encode(_ time: FileTime) -> [UInt8] {
    var writer = ByteWriter(capacity: 12)
    writer.writeUInt64(UInt64(bitPattern: time.seconds))
    writer.writeUInt32(time.nanoseconds)
    return writer.bytes
  }

  static func time(_ bytes: [UInt8]?) -> FileTime? {
    guard let bytes, bytes.count == 12 else { return nil }
    var reader = ByteReader(bytes)
    guard let seconds = try? reader.readUInt64(), let nanoseconds = try? reader.readUInt32() else {
      return nil
    }
    return FileTime(seconds: Int64(bitPattern: seconds), nanoseconds: nanoseconds)
  }

  static func encode(_ attributes: [ExtendedAttribute]) -> [UInt8] {
    var writer = ByteWriter()
    for attribute in attributes {
      writer.writeLengthPrefixed(attribute.name)
      writer.writeLengthPrefixed(attribute.value)
    }
    return writer.bytes
  }

  static func extended(_ bytes: [UInt8]?) -> [ExtendedAttribute] {
    var reader = ByteReader(bytes ?? [])
    var result: [ExtendedAttribute] = []
    while !reader.isAtEnd {
      guard
        let name = try? reader.readLengthPrefixed(max: ExtendedAttribute.nameBytesMax),
        let value = try? reader.readLengthPrefixed(max: ExtendedAttributes.bytesMax),
        let attribute = ExtendedAttribute(name: name, value: value)
      else { return result }
      result.append(attribute)
    }
    return result
  }
}

extension Tree {
  /// What belongs to an object beside its content, as a writer takes it.
  func fileAttributes(of object: ObjectID) -> FileAttributes {
    fileAttributes(
      of: ShownThing(object: object, kind: kind(of: object) ?? .file, name: []))
  }
}

/// The attributes of something on the disk, compared with those that the folder last showed, as
/// changes of the tree.
struct ObservedAttributes: Sendable {
  var stat: FileStat
  var extended: [UInt8]

  init(_ stat: FileStat, extended: [ExtendedAttribute]) {
    self.init(stat, encoded: AttributeCoding.encode(extended))
  }

  init(_ stat: FileStat, encoded extended: [UInt8]) {
    self.stat = stat
    self.extended = extended
  }

  /// Writes down what the user changed: what differs from `shown`, how it was when folder and tree
  /// were last in step, or everything when it was not there.
  ///
  /// Links have no permissions of their own. What extended attributes were shown is not known, so
  /// where the folder did not show the whole tree (`isInStep` is false) they count as changed only
  /// if nothing else explains that the file did. Returns whether anything was written.
  func record(
    _ object: ObjectID, kind: ObjectKind, shown: FileStat?, isInStep: Bool, in draft: inout Draft
  ) throws -> Bool {
    var isChanged = false
    func set(_ key: AttributeKey, _ value: [UInt8]?, _ draft: inout Draft) throws {
      guard draft.tree.attribute(of: object, key) != value else { return }
      try draft.setAttribute(key, of: object, to: value)
      isChanged = true
    }
    let sameMode = shown?.permissions == stat.permissions
    let sameTime = shown?.modified == stat.modified
    if kind != .symlink, !sameMode {
      try set(.mode, AttributeCoding.encode(mode: stat.permissions), &draft)
    }
    // The time of a folder that is written into moves by itself.
    if !sameTime, isInStep || shown == nil || kind != .folder {
      try set(.modificationTime, AttributeCoding.encode(stat.modified), &draft)
    }
    if kind != .symlink, isInStep || shown == nil || (sameMode && sameTime) {
      try set(.extendedAttributes, extended.isEmpty ? nil : extended, &draft)
    }
    if let shown, shown.linkCount > 1, stat.linkCount == 1 { try set(.linkGroup, nil, &draft) }
    return isChanged
  }
}
