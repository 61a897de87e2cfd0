/// What a device's own folder should hold: the obvious model, a map from path to content.
struct DeviceModel: Hashable {
  /// Files by their path below the own folder, with the number of their content.
  var files: [[[UInt8]]: Int] = [:]
  /// Folders by their path below the own folder; the own folder itself is the empty path.
  var folders: Set<[[UInt8]]> = []

  /// Moves a file or a folder with all in it.
  mutating func move(_ path: [[UInt8]], to target: [[UInt8]]) {
    func moved(_ other: [[UInt8]]) -> [[UInt8]] {
      other.starts(with: path) ? target + other.dropFirst(path.count) : other
    }
    files = Dictionary(uniqueKeysWithValues: files.map { (moved($0.key), $0.value) })
    folders = Set(folders.map(moved))
  }

  /// Removes a file or a folder with all in it.
  mutating func remove(_ path: [[UInt8]]) {
    files = files.filter { !$0.key.starts(with: path) }
    folders = folders.filter { !$0.starts(with: path) }
  }
}
