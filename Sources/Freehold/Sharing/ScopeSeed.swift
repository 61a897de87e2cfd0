import VaultCRDT
import VaultCrypto
import VaultEncoding

/// What a folder shows, to be shown by the tree of a scope of its own: no content is sealed again
/// (docs/spec/sharing.md section 3).
struct ScopeSeed: Sendable {
  /// What is kept for a file or link.
  enum Content: Sendable {
    /// A manifest with its chunks' keys in it, or the target of a link.
    case value([UInt8])
    /// The pieces of a large file, with their keys: their list goes into a pack of the new scope.
    case long(extents: [Manifest.Extent], sizeBytes: Int, contentTag: Bytes32)
  }

  /// One thing.
  struct Item: Sendable {
    /// The folder that it is in, as the number of an item before it; nil for the top.
    var parent: Int?
    var kind: ObjectKind
    var name: [UInt8]
    var attributes: [(key: AttributeKey, value: [UInt8])]
    var content: Content?

    /// About how many bytes it takes in a batch.
    var bytes: Int {
      let own = name.count + attributes.reduce(64) { $0 + $1.value.count }
      if case .value(let value) = content { return own + value.count }
      return own + 256
    }
  }

  /// Folders before what is in them.
  var items: [Item] = []
  /// Where the packs of the contents lie: settings.
  var packs: [(key: [UInt8], value: [UInt8])] = []
}

extension Vault {
  private static let copiedAttributes: [AttributeKey] = [
    .mode, .modificationTime, .extendedAttributes, .linkGroup, .scope,
  ]

  /// What a folder shows, copied contents of a file under the names that they are shown under.
  ///
  /// As it is now, unless another state of the tree is given.
  func seed(of folder: ObjectID, in past: Tree? = nil) async throws -> ScopeSeed {
    let tree = past ?? self.tree
    let reader = try contentReader(meter: TrafficMeter())
    let tokens = OriginTokens(keyring, scope)
    var seed = ScopeSeed()
    var packs: Set<Bytes32> = []
    var pending: [(folder: ObjectID, number: Int?)] = [(folder, nil)]
    while let next = pending.popLast() {
      for thing in tree.shown(in: next.folder) {
        var item = ScopeSeed.Item(
          parent: next.number, kind: thing.kind, name: thing.name,
          attributes: Self.attributes(of: thing, in: tree))
        if let tokens {
          let tag = tree.content(of: thing)?.tag(of: thing.kind)?.bytes ?? []
          item.attributes.append((.origin, tokens.token(thing.object, tag: tag)))
        }
        if thing.kind == .folder {
          pending.append((thing.object, seed.items.count))
        } else {
          item.content = try await content(of: thing, in: tree, reader, &packs)
        }
        seed.items.append(item)
      }
    }
    seed.packs = packs.sorted().compactMap { pack in
      self.tree.setting(PackRecord.key(pack)).map { (PackRecord.key(pack), $0) }
    }
    return seed
  }

  private static func attributes(
    of thing: ShownThing, in tree: Tree
  ) -> [(key: AttributeKey, value: [UInt8])] {
    copiedAttributes.compactMap { key in
      let value =
        thing.copy.map { tree.attribute(of: thing.object, key, by: $0.replica) }
        ?? tree.attribute(of: thing.object, key)
      return value.map { (key, $0) }
    }
  }

  private func content(
    of thing: ShownThing, in tree: Tree, _ reader: ContentReader, _ packs: inout Set<Bytes32>
  ) async throws -> ScopeSeed.Content? {
    guard let value = tree.content(of: thing)?.value else { return nil }
    guard thing.kind == .file else { return .value(value) }
    let manifest = try Manifest(decoding: value)
    if case .inline = manifest.body { return .value(value) }
    var extents: [Manifest.Extent] = []
    for extent in try await reader.extents(of: manifest) {
      guard case .data(var chunk) = extent else {
        extents.append(extent)
        continue
      }
      chunk.key = .explicit(try await reader.key(of: chunk))
      packs.insert(chunk.location.pack)
      extents.append(.data(chunk))
    }
    guard extents.count > Manifest.directExtentsMax else {
      return .value(Manifest(sizeBytes: manifest.sizeBytes, body: .extents(extents)).bytes)
    }
    return .long(
      extents: extents, sizeBytes: manifest.sizeBytes, contentTag: manifest.contentTag)
  }

  /// Makes this part's tree show a seed besides what it shows, durably; what is there already with
  /// the same content once.
  func plant(_ seed: ScopeSeed, settings: [(key: [UInt8], value: [UInt8])] = []) throws {
    for slice in (settings + seed.packs).slices(of: Self.changesPerBatch / 8) {
      try commit { draft in
        for (key, value) in slice where draft.tree.setting(key) == nil {
          try draft.setSetting(key, to: value)
        }
      }
    }
    var objects: [ObjectID] = []
    var rest = seed.items[...]
    while !rest.isEmpty {
      var room = Self.seedBatchBytes
      let part = rest.prefix(Self.changesPerBatch / 2).prefix { item in
        defer { room -= item.bytes }
        return room > 0
      }
      rest = rest.dropFirst(part.count)
      let contents = try part.map { try $0.content.map { try bytes(of: $0) } }
      let records = try packRecordsToAnnounce()
      try commit { draft in
        try draft.announce(records)
        for (item, content) in zip(part, contents) {
          let folder = item.parent.map { objects[$0] } ?? .root
          if let there = draft.tree.equal(to: item, content, in: folder) {
            try draft.mount(item, at: there)
            objects.append(there)
          } else {
            objects.append(try draft.plant(item, content, in: folder))
          }
        }
      }
    }
  }

  private static let seedBatchBytes = 1 << 20

  /// The value that a content is kept as in this scope.
  func bytes(of content: ScopeSeed.Content) throws -> [UInt8] {
    switch content {
    case .value(let value): return value
    case .long(let extents, let size, let tag):
      let list = try takeIn(Manifest.encode(extents))
      guard case .extents(let listExtents) = list.body else {
        throw FreeholdError(.failed, "a long file's list of pieces was not packed")
      }
      return Manifest(
        sizeBytes: size, body: .indirect(extents: listExtents, contentTag: tag)
      ).bytes
    }
  }
}

extension Draft {
  /// Lets a folder stand for the scope that a seed's does, unless it stands for one.
  fileprivate mutating func mount(_ item: ScopeSeed.Item, at folder: ObjectID) throws {
    guard let scope = item.attributes.first(where: { $0.key == .scope })?.value,
      tree.attribute(of: folder, .scope) == nil
    else { return }
    try setAttribute(.scope, of: folder, to: scope)
  }

  /// Makes one thing of a seed.
  mutating func plant(
    _ item: ScopeSeed.Item, _ content: [UInt8]?, in folder: ObjectID
  ) throws -> ObjectID {
    let object = try create(item.kind, in: folder, named: item.name)
    if let content { try setContent(object, to: content) }
    for (key, value) in item.attributes { try setAttribute(key, of: object, to: value) }
    return object
  }
}

extension Tree {
  /// What is in a folder already and is what a seed's item would become; nil for nothing.
  fileprivate func equal(
    to item: ScopeSeed.Item, _ content: [UInt8]?, in folder: ObjectID
  ) -> ObjectID? {
    guard let there = child(of: folder, named: item.name) else { return nil }
    if shows(there, item, content) { return there }
    // One that clashed has a name of its own by now.
    return children(of: folder).map(\.object).first {
      wantedName(of: $0) == item.name && shows($0, item, content)
    }
  }

  /// Whether an object is what a seed's item would become.
  fileprivate func shows(_ object: ObjectID, _ item: ScopeSeed.Item, _ content: [UInt8]?) -> Bool {
    guard kind(of: object) == item.kind else { return false }
    guard item.kind != .folder, let content else { return item.kind == .folder }
    let tag =
      item.kind == .file
      ? (try? Manifest(decoding: content))?.contentTag : Manifest.inline(content).contentTag
    return distinctContents(of: object).contains { $0.tag(of: item.kind) == tag }
  }
}

extension ContentReader {
  /// The key of a chunk as it is: where several epochs share a number, the one that opens it.
  func key(of chunk: ChunkReference) async throws -> Bytes32 {
    let candidates = keyring.chunkKey(chunk, in: scope)
    guard candidates.count != 1 else { return Bytes32(digest: candidates[0]) }
    for candidate in candidates {
      var attempt = chunk
      attempt.key = .explicit(Bytes32(digest: candidate))
      if (try? await read(attempt)) != nil { return Bytes32(digest: candidate) }
    }
    throw FreeholdError(.tampered, "no key of this device opens a chunk that a manifest names")
  }
}

extension Bytes32 {
  /// The bytes of a chunk key, which goes into a manifest that is sealed itself.
  fileprivate init(digest key: borrowing SecretBytes) {
    guard let bytes = Bytes32(key.exposedCopy()) else {
      preconditionFailure("a chunk key has 32 bytes")
    }
    self = bytes
  }
}
