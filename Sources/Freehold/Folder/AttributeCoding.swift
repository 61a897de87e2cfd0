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
    FileAttributes(
      permissions: AttributeCoding.mode(attribute(of: object, .mode)),
      modified: AttributeCoding.time(attribute(of: object, .modificationTime)),
      extended: AttributeCoding.extended(attribute(of: object, .extendedAttributes)))
  }
}

/// The attributes of something on the disk, compared with the tree's, as changes.
struct ObservedAttributes: Sendable {
  var mode: [UInt8]
  var modified: [UInt8]
  var extended: [UInt8]

  init(_ stat: FileStat, extended: [ExtendedAttribute]) {
    mode = AttributeCoding.encode(mode: stat.permissions)
    modified = AttributeCoding.encode(stat.modified)
    self.extended = AttributeCoding.encode(extended)
  }

  /// Writes down what differs.
  ///
  /// Links have no permissions of their own.
  func record(_ object: ObjectID, kind: ObjectKind, in draft: inout Draft) throws {
    if kind != .symlink, draft.tree.attribute(of: object, .mode) != mode {
      try draft.setAttribute(.mode, of: object, to: mode)
    }
    if draft.tree.attribute(of: object, .modificationTime) != modified {
      try draft.setAttribute(.modificationTime, of: object, to: modified)
    }
    let before = draft.tree.attribute(of: object, .extendedAttributes) ?? []
    if before != extended {
      try draft.setAttribute(.extendedAttributes, of: object, to: extended.isEmpty ? nil : extended)
    }
  }
}
