/// A folder on the way down, with those of its folders that the walk has not entered yet.
final class ScanLevel {
  /// A folder to enter.
  struct Child {
    let name: FileName
    let stat: FileStat
    let isIgnored: Bool
  }

  let path: FolderPath
  let stat: FileStat
  let rules: IgnoreRules
  /// Nothing while the folder is closed to keep the count of open ones down.
  var descriptor: Descriptor?
  private var folders: [Child]

  init(
    path: FolderPath, stat: FileStat, descriptor: Descriptor, rules: IgnoreRules,
    folders: [Child]
  ) {
    self.path = path
    self.stat = stat
    self.descriptor = descriptor
    self.rules = rules
    self.folders = folders.reversed()
  }

  /// The next folder to enter, in order of names.
  func nextFolder() -> Child? { folders.popLast() }
}
