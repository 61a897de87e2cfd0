/// An entry of the scan that is not, or not certainly, the object at its place.
///
/// As little as can be, because in a first scan everything is one: what the scan saw of it stays in
/// its listing.
struct DiffNode {
  /// A folder of the scan: a row of the index (or `none`, the root), or a node.
  enum Folder: Equatable {
    case row(UInt32)
    case node(UInt32)
  }

  /// What the node turned out to be.
  enum Answer {
    case open
    /// An object at its place.
    case atPlace(UInt32)
    case moved(UInt32)
    case created(UInt32)
    /// Ignored, or of a kind that is not kept.
    case dropped
  }

  /// The listing that has the entry, among those that are kept.
  let listing: UInt32
  /// The entry in that listing.
  let position: UInt32
  var answer = Answer.open
  /// It is a folder and was read to its end.
  var isListed = false

  init(listing: UInt32, position: UInt32) {
    self.listing = listing
    self.position = position
  }
}

/// The entries of one folder that became nodes.
struct DiffListing {
  /// The folder's path, and what the scan saw of those entries.
  var entries: FolderListing
  /// The folder.
  let parent: DiffNode.Folder
}
