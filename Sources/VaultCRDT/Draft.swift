import VaultEncoding

/// A batch in the making: every change is applied to the tree at once, so that the next one sees
/// it.
///
/// Made by `Tree.commit`.
///
/// A change that alters nothing (a name, value or folder that is there already) makes no operation.
public struct Draft: ~Copyable {
  /// The tree with all changes so far, to be asked.
  public internal(set) var tree: Tree
  let author: Int
  var builder = BatchBuilder()
  var journal = Journal()

  init(tree: consuming Tree, author: Int) {
    self.tree = tree
    self.author = author
  }

  // MARK: - Tree

  /// Makes a new object in a folder and returns its identifier.
  ///
  /// Throws `unknownObject`, `wrongKind` or `hiddenObject` for the folder, `invalidName`, or
  /// `overLimit` when the batch is full.
  public mutating func create(
    _ kind: ObjectKind, in folder: ObjectID, named name: [UInt8]
  ) throws(CRDTError) -> ObjectID {
    let parent = try shownFolder(folder)
    try check(name)
    let dot = try nextDot()
    builder.append(
      FlatOperation(
        kind: OperationKind(creating: kind), object: Reference(raw: dot.raw),
        parent: reference(parent)), name)
    let place = tree.names.append(name)
    let node = tree.create(dot, kind: kind, parent: parent, name: place)
    journal.append(.created)
    tree.history.replicas[author].creations.append(dot.counter, node)
    if !tree.isLive(parent) { tree.knownRescue = nil }
    return tree.identifier(node)
  }

  /// Puts an object into a folder; one that is in the trash is restored there.
  ///
  /// Throws `unknownObject`, `reservedObject`, `wrongKind`, `hiddenObject` (the folder is in the
  /// trash), `wouldCycle` or `overLimit`.
  public mutating func move(_ object: ObjectID, to folder: ObjectID) throws(CRDTError) {
    let node = try changeable(object)
    let parent = try shownFolder(folder)
    let rescue = tree.rescue
    guard rescue.isEmpty || !tree.isShown(parent, below: node, rescue) else {
      throw Self.cycle
    }
    if tree.nodes.parents[Int(node)] == parent, tree.isShown(node, rescue) { return }
    try place(node, in: parent)
  }

  /// Puts an object that is in the trash back into the folder it was in.
  ///
  /// If that folder is in the trash too, it is shown again around it.
  public mutating func restore(_ object: ObjectID) throws(CRDTError) {
    let node = try changeable(object)
    if tree.isShown(node, tree.rescue) { return }
    let home = tree.home(of: node)
    // Two deleted folders may each have been in the other: then the root has to do.
    try place(node, in: tree.nodes.isAncestor(node, of: home) ? .root : home)
  }

  /// Puts an object with all that is shown in it into the trash.
  public mutating func trash(_ object: ObjectID) throws(CRDTError) {
    let node = try changeable(object)
    let rescue = tree.rescue
    guard tree.isShown(node, rescue) else { return }
    // What reappears inside although its own deletion came first is deleted once more by itself:
    // this deletion has to be one of its own to count.
    if !rescue.isEmpty {
      for arrival in tree.arrivals(below: node, rescue) { try place(arrival, in: .trash) }
    }
    try place(node, in: .trash)
  }

  /// Gives an object another name.
  public mutating func rename(_ object: ObjectID, to name: [UInt8]) throws(CRDTError) {
    let node = try changeable(object)
    try check(name)
    let old = tree.nodes.names[Int(node)]
    if tree.names.equals(old, name) { return }
    _ = try nextDot()
    let operation = FlatOperation(kind: .rename, object: reference(node))
    builder.append(operation, name)
    journal.append(.renamed(node, old, tree.nodes.nameStamps[Int(node)]))
    let place = tree.names.append(name)
    tree.names.discard(old)
    tree.setName(node, place, tree.history.lastStamp(author))
  }

  // MARK: - Registers

  /// Writes the content of a file or symlink.
  ///
  /// One that is in the trash is shown again.
  public mutating func setContent(_ object: ObjectID, to value: [UInt8]) throws(CRDTError) {
    let node = try changeable(object)
    guard tree.nodes.kinds[Int(node)] != .folder else {
      throw CRDTError(.wrongKind, "a folder has no content")
    }
    try checkSize(value, max: CRDTLimits.contentBytesMax)
    let old = tree.nodes.contents[Int(node)]
    if tree.heads.isOnly(value, at: old), tree.isShown(node, tree.rescue) { return }
    let dot = try nextDot()
    builder.append(FlatOperation(kind: .setContent, object: reference(node)), value)
    journal.append(.content(node, old))
    tree.nodes.contents[Int(node)] = write(value, dot, over: old)
    if !tree.isLive(node) { tree.knownRescue = nil }
  }

  /// Writes an attribute, or removes it.
  public mutating func setAttribute(
    _ key: AttributeKey, of object: ObjectID, to value: [UInt8]?
  ) throws(CRDTError) {
    let node = try object == .root ? Node.root : changeable(object)
    try checkSize(value ?? [], max: CRDTLimits.attributeBytesMax)
    let old = tree.attributes.head(node, key)
    if tree.heads.isOnly(value, at: old) { return }
    let dot = try nextDot()
    let kind = value == nil ? OperationKind.removeAttribute : .setAttribute
    builder.append(
      FlatOperation(kind: kind, attribute: key.rawValue, object: reference(node)), value ?? [])
    journal.append(.attribute(node, key, old))
    tree.attributes.set(write(value, dot, over: old), node, key)
    if key == .scope, !tree.isLive(node) { tree.knownRescue = nil }
  }

  /// Writes a setting of the scope, or removes it.
  public mutating func setSetting(_ key: [UInt8], to value: [UInt8]?) throws(CRDTError) {
    try checkSize(key, max: CRDTLimits.settingKeyBytesMax)
    try checkSize(value ?? [], max: CRDTLimits.settingBytesMax)
    let old = tree.settings[key]
    if tree.heads.isOnly(value, at: old ?? .none) { return }
    let dot = try nextDot()
    builder.append(
      value == nil ? .removeSetting : .setSetting, key: key, value: value ?? [])
    journal.append(.setting(key, old))
    tree.settings[key] = write(value, dot, over: old ?? .none)
  }

  // MARK: - Steps

  /// The next operation's number, which it takes.
  private mutating func nextDot() throws(CRDTError) -> Dot {
    try checkRoom()
    let counter = tree.history.replicas[author].counterEnd
    tree.history.replicas[author].growLastBatch()
    return Dot(replica: UInt16(author), counter: counter)
  }

  private func checkRoom() throws(CRDTError) {
    guard builder.hasRoom, tree.nodes.count < CRDTLimits.objectsMax,
      UInt64(tree.history.replicas[author].counterEnd) < CRDTLimits.operationsPerReplicaMax
    else { throw CRDTError(.overLimit, "the batch is full") }
  }

  private static var cycle: CRDTError {
    CRDTError(.wouldCycle, "a folder cannot be moved into itself")
  }

  private mutating func place(_ node: Node, in parent: Node) throws(CRDTError) {
    try checkRoom()
    let wasLive = tree.isLive(node)
    let move = MoveLog.Entry(
      stamp: tree.history.nextStamp(author), object: node, target: parent)
    guard tree.log.append(move, nodes: &tree.nodes) else {
      tree.log.undoLast(nodes: &tree.nodes)
      throw Self.cycle
    }
    tree.history.replicas[author].growLastBatch()
    let kind = parent == .trash ? OperationKind.trash : .move
    let target = parent == .trash ? Reference.root : reference(parent)
    builder.append(FlatOperation(kind: kind, object: reference(node), parent: target))
    tree.children.move(node, to: tree.nodes.parents[Int(node)])
    journal.append(.moved(node))
    // A deletion here has seen everything: nothing in what was live is rescued from it.
    let isPlain = wasLive && (parent == .trash || tree.isLive(parent))
    if !isPlain { tree.knownRescue = nil }
  }

  private mutating func write(_ value: [UInt8]?, _ dot: Dot, over old: UInt32) -> UInt32 {
    let place = value.map { tree.heads.store($0) } ?? .absent
    return tree.heads.replace(old, by: dot, place)
  }

  // MARK: - End

  /// The batch; nil when nothing changed.
  mutating func finish() -> Batch? {
    guard !builder.flat.isEmpty else {
      close()
      return nil
    }
    if tree.knownRescue == nil { tree.knownRescue = tree.workOutRescue() }
    tree.compactIfWasteful()
    return builder.finish(author: author, in: tree.history)
  }

  /// Takes everything back.
  mutating func abandon() {
    journal.undo(in: &tree)
    close()
    tree.knownRescue = tree.workOutRescue()
  }

  /// Removes the batch from the history.
  private mutating func close() {
    tree.history.removeLastBatch(of: author)
    tree.history.removeReplicaIfUnused(author)
  }

  consuming func release() -> Tree { tree }

  // MARK: - Checks

  private func changeable(_ object: ObjectID) throws(CRDTError) -> Node {
    guard let node = tree.node(object) else {
      throw CRDTError(.unknownObject, "no object \(object)")
    }
    guard node > .trash else {
      throw CRDTError(.reservedObject, "the \(object) cannot be changed")
    }
    return node
  }

  private func shownFolder(_ folder: ObjectID) throws(CRDTError) -> Node {
    guard let node = tree.node(folder) else {
      throw CRDTError(.unknownObject, "no folder \(folder)")
    }
    guard node != .trash else {
      throw CRDTError(.reservedObject, "things are put into the trash by deleting them")
    }
    guard tree.nodes.kinds[Int(node)] == .folder else {
      throw CRDTError(.wrongKind, "\(folder) is no folder")
    }
    guard tree.isShown(node, tree.rescue) else {
      throw CRDTError(.hiddenObject, "the folder \(folder) is in the trash")
    }
    return node
  }

  private func check(_ name: [UInt8]) throws(CRDTError) {
    guard NameRules.isValid(name) else {
      throw CRDTError(.invalidName, "a name has 1 to 255 bytes, no slash, and is not . or ..")
    }
  }

  private func checkSize(_ bytes: [UInt8], max: Int) throws(CRDTError) {
    guard bytes.count <= max else {
      throw CRDTError(.overLimit, "\(bytes.count) bytes, at most \(max) are allowed")
    }
  }

  private func reference(_ node: Node) -> Reference {
    node <= .trash
      ? (node == .root ? .root : .trash) : Reference(raw: tree.nodes.origins[Int(node)].raw)
  }
}
