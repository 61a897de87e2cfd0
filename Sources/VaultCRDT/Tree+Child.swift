extension Tree {
  /// The object that a folder shows under a visible name.
  public func child(of folder: ObjectID, named name: [UInt8]) -> ObjectID? {
    guard let folder = node(folder) else { return nil }
    return shownNode(named: name, in: folder, rescue).map(identifier)
  }
}
