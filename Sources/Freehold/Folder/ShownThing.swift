import VaultCRDT
import VaultEncoding
import VaultFolder

/// One name in a folder as all devices show it: an object, or one of the further contents of a file
/// that was written in several places at once.
struct ShownThing: Hashable, Sendable {
  /// The object whose content it shows.
  var object: ObjectID
  /// What it is.
  var kind: ObjectKind
  /// The name, which nothing else in the folder has.
  var name: [UInt8]
  /// Which of several contents a copy shows; nil for the object itself, which shows the first.
  var copy: ContentHead?
}

extension Tree {
  /// What a folder shows, the copies of files with several contents included: each after the
  /// objects, under a name that is free (docs/spec/crdt.md, "Registers").
  func shown(in folder: ObjectID) -> [ShownThing] {
    let children = children(of: folder)
    var shown = children.map { ShownThing(object: $0.object, kind: $0.kind, name: $0.name) }
    let several = children.filter { $0.kind != .folder && hasSeveralContents($0.object) }
    guard !several.isEmpty else { return shown }
    let devices = deviceNames
    var taken = Set(children.map(\.name))
    for child in several {
      for head in distinctContents(of: child.object).dropFirst() {
        let name = Self.copyName(child.name, head, devices) { !taken.contains($0) }
        taken.insert(name)
        shown.append(
          ShownThing(object: child.object, kind: child.kind, name: name, copy: head))
      }
    }
    return shown
  }

  /// The first conflict name for a content that is free.
  static func copyName(
    _ name: [UInt8], _ head: ContentHead, _ devices: DeviceNames, isFree: ([UInt8]) -> Bool
  ) -> [UInt8] {
    var attempt = 1
    while true {
      let marked = ConflictName.mark(
        name, head, label: devices.label(head.replica), attempt: attempt)
      if isFree(marked) { return marked }
      attempt += 1
    }
  }

  /// The contents of an object, the one that counts first; equal ones once.
  func distinctContents(of object: ObjectID) -> [ContentHead] {
    let heads = contents(of: object)
    guard heads.count > 1, let kind = kind(of: object) else { return heads }
    var tags: Set<Bytes32?> = []
    return heads.filter { tags.insert($0.tag(of: kind)).inserted }
  }

  /// What tells whether an object's content is the one that lies in the folder; nil for folders.
  func contentTag(of object: ObjectID) -> Bytes32? {
    guard let kind = kind(of: object) else { return nil }
    return contents(of: object).first?.tag(of: kind)
  }

  /// What a shown thing holds: a manifest or the target of a link.
  func content(of thing: ShownThing) -> ContentHead? {
    thing.copy ?? contents(of: thing.object).first
  }

  /// What belongs to a shown thing beside its content.
  func fileAttributes(of thing: ShownThing) -> FileAttributes {
    let object = thing.object
    func value(_ key: AttributeKey) -> [UInt8]? {
      guard let copy = thing.copy else { return attribute(of: object, key) }
      return attribute(of: object, key, by: copy.replica)
    }
    return FileAttributes(
      permissions: AttributeCoding.mode(value(.mode)),
      modified: AttributeCoding.time(value(.modificationTime)),
      extended: thing.kind == .symlink
        ? nil : AttributeCoding.extended(value(.extendedAttributes)))
  }
}

extension ContentHead {
  /// What tells whether this content is the one that lies in the folder; nil when it is none.
  func tag(of kind: ObjectKind) -> Bytes32? {
    switch kind {
    case .file: (try? Manifest(decoding: value))?.contentTag
    case .symlink: Manifest.inline(value).contentTag
    case .folder: nil
    }
  }
}
