import VaultCRDT

extension Draft {
  /// Makes one of the contents of a file a file of its own, with the attributes that belong to it.
  mutating func makeOwnFile(
    of head: ContentHead, from object: ObjectID, in folder: ObjectID, named name: [UInt8]
  ) throws -> ObjectID {
    let new = try create(tree.kind(of: object) ?? .file, in: folder, named: name)
    try setContent(new, to: head.value)
    for key in [AttributeKey.mode, .modificationTime, .extendedAttributes] {
      if let value = tree.attribute(of: object, key, by: head.replica) {
        try setAttribute(key, of: new, to: value)
      }
    }
    return new
  }
}
