import VaultCRDT
import VaultEncoding
import VaultFolder

/// What the folder's changes mean for the tree: what is done at once, and which files are read.
struct LocalPlan {
  /// A file whose content is to be read and compared.
  struct FileToRead {
    var object: PlannedObject
    var parent: PlannedObject
    var path: FolderPath
    var stat: FileStat
  }

  /// An object that the tree has, or one that a created change will make.
  enum PlannedObject: Hashable {
    case known(ObjectID)
    case created(Int)
  }

  /// Structure: folders, links, moves, deletions and attributes, in the order of the scan.
  var structural: [LocalChange] = []
  /// Files, with new content or maybe so.
  var files: [FileToRead] = []
  /// Which objects created changes became.
  var madeObjects: [Int: ObjectID] = [:]

  /// The object that stands for one of a change.
  func object(_ object: PlannedObject) -> ObjectID? {
    switch object {
    case .known(let known): known
    case .created(let number): madeObjects[number]
    }
  }
}
