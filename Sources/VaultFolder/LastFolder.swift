/// The folder that was opened last, kept open for its next file: files are mostly handled folder by
/// folder, and opening a path is a third of what a small file costs.
///
/// It stays the same folder when somebody moves it meanwhile. That is no wider a window than the
/// one between opening a folder and its file, and the next scan sees the move.
public struct LastFolder {
  private var path: FolderPath?
  private var descriptor: Descriptor?

  /// Nothing is open yet.
  public init() {}

  mutating func open(
    _ wanted: FolderPath, beneath root: FolderRoot
  ) throws(FolderError) -> Descriptor {
    if let descriptor, path == wanted { return descriptor }
    (path, descriptor) = (nil, nil)
    let opened = try root.openFolder(at: wanted)
    (path, descriptor) = (wanted, opened)
    return opened
  }
}
