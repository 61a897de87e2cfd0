/// An entry of the scan that is not, or not certainly, the object at its place.
struct DiffNode {
  /// A folder of the scan: a row of the index (or `none`, the root), or a node.
  enum Folder {
    case row(UInt32)
    case node(Int)
  }

  /// What the node turned out to be.
  enum Answer {
    case open
    /// An object at its place.
    case atPlace(UInt32)
    case moved(UInt32)
    case created(Int)
    /// Ignored, or of a kind that is not kept.
    case dropped
  }

  let entry: FolderEntry
  /// The path of the folder that holds it.
  let folder: FolderPath
  let parent: Folder
  /// It is a folder and was read to its end.
  var isListed = false
  /// Names in it that could not be looked at.
  var unreadable: [FileName] = []
  var answer = Answer.open
  /// The object of another kind that had its place.
  var replaced: FolderKey?

  init(entry: FolderEntry, folder: FolderPath, parent: Folder) {
    self.entry = entry
    self.folder = folder
    self.parent = parent
  }

  var path: FolderPath { folder.appending(entry.name) }
}
