internal import CPlatform
internal import Glibc

/// The folders in an open folder, by name, and whether it has an ignore file.
///
/// It reads no stat where the file system tells kinds with names, so it is cheaper than a scan.
struct FolderNames {
  private(set) var folders: [FileName] = []
  private(set) var hasIgnoreFile = false

  /// What cannot be read is left out: the scan says so.
  init(of folder: Descriptor, at path: FolderPath, ignoreFileName: FileName?) {
    withUnsafeTemporaryAllocation(byteCount: 1 << 15, alignment: 16) { buffer in
      while true {
        let filled = freehold_getdents64(folder.number, buffer.baseAddress, buffer.count)
        guard filled > 0 else { return }
        var offset = 0
        var entry = freehold_entry()
        while freehold_next_entry(buffer.baseAddress, filled, &offset, &entry) == 1 {
          let bytes = UnsafeRawBufferPointer(start: entry.name, count: entry.nameBytes)
          guard let name = FileName(bytes) else { continue }
          if name == ignoreFileName { hasIgnoreFile = true }
          if Self.isFolder(entry, name, in: folder, at: path) { folders.append(name) }
        }
      }
    }
  }

  private static func isFolder(
    _ entry: freehold_entry, _ name: FileName, in folder: Descriptor, at path: FolderPath
  ) -> Bool {
    guard entry.type == FREEHOLD_TYPE_UNKNOWN else { return entry.type == FREEHOLD_TYPE_FOLDER }
    return ((try? folder.stat(of: name, in: path)) ?? nil)?.kind == .folder
  }
}

extension FolderRoot {
  /// Opens a folder beneath the root, or the root itself, with a place of its own in the names.
  func openFolderAnew(at path: FolderPath) throws(FolderError) -> Descriptor {
    guard path.isRoot else { return try openFolder(at: path) }
    let number = freehold_openat(descriptor.number, ".", O_RDONLY | O_DIRECTORY, 0)
    return Descriptor(try check(number, at: path, "open"))
  }

  /// The ignore rules that a folder has itself; nothing when it has none.
  /// - Throws: ``FolderError`` when the file cannot be read.
  func ignoreFile(
    _ name: FileName, in folder: Descriptor, at path: FolderPath
  ) throws(FolderError) -> IgnoreFile? {
    guard let stat = try folder.stat(of: name, in: path), stat.kind == .file else { return nil }
    let reader = try FileReader(
      self, open: name, in: folder, at: path.appending(name), bufferBytes: 1 << 16)
    return IgnoreFile(parsing: try reader.readWhole(bytesMax: IgnoreFile.bytesMax).bytes)
  }
}
