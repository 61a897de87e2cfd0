internal import CPlatform
internal import Glibc

/// The user's folder, opened once.
///
/// Everything else is opened relative to it.
///
/// The kernel resolves every path beneath this descriptor and refuses symbolic links on the way
/// (openat2 with RESOLVE_BENEATH, NO_SYMLINKS, NO_MAGICLINKS), so that no name, no link and no
/// exchange of a folder for a link while we work leads a read or a write outside. Kernels and
/// sandboxes without openat2 get the same component by component with O_NOFOLLOW.
public final class FolderRoot: Sendable {
  /// The name at the root where the vault keeps its own things; it is never scanned.
  public static let markerName = FileName(trusted: [UInt8](".freehold".utf8))

  /// Names of files in the making: this, then 24 hexadecimal digits.
  public static let draftPrefix = ".freehold-tmp-"

  /// Whether scans pass over a name: the vault's own folder, and files in the making.
  ///
  /// Nothing of the user's may be written under such a name: the next scan would miss it.
  public static func isReserved(_ name: FileName, inRoot: Bool) -> Bool {
    (inRoot && name == markerName) || DraftName(name) != nil
  }

  /// The stat of the folder when it was opened.
  public let stat: FileStat

  let descriptor: Descriptor
  private let hasOpenat2: Bool

  /// Opens the folder by its path in the system, following links on the way to it.
  /// - Throws: ``FolderError`` when it is not there, not a folder or not permitted.
  public convenience init(systemPath: [UInt8]) throws(FolderError) {
    try self.init(systemPath: systemPath, avoidingOpenat2: false)
  }

  /// Opens the folder by its path in the system, as UTF-8.
  public convenience init(systemPath: String) throws(FolderError) {
    try self.init(systemPath: [UInt8](systemPath.utf8))
  }

  init(systemPath: [UInt8], avoidingOpenat2: Bool) throws(FolderError) {
    guard !systemPath.isEmpty, !systemPath.contains(0) else {
      throw FolderError(.nameRefused, at: .root, action: "open")
    }
    let cPath = systemPath.map { CChar(bitPattern: $0) } + [0]
    let number = freehold_openat(AT_FDCWD, cPath, O_RDONLY | O_DIRECTORY, 0)
    descriptor = Descriptor(try check(number, at: .root, "open"))
    stat = try descriptor.stat(.root)
    hasOpenat2 = !avoidingOpenat2 && FolderRoot.canOpenBeneath(descriptor)
  }

  /// Some sandboxes answer EPERM to calls they do not know, so anything but success means no.
  private static func canOpenBeneath(_ folder: Descriptor) -> Bool {
    let flags = FREEHOLD_O_PATH | O_DIRECTORY
    let probe = freehold_openat2(folder.number, ".", flags, 0, beneath)
    guard probe >= 0 else { return false }
    _ = freehold_close(probe)
    return true
  }

  private static let beneath =
    FREEHOLD_RESOLVE_BENEATH | FREEHOLD_RESOLVE_NO_SYMLINKS | FREEHOLD_RESOLVE_NO_MAGICLINKS

  /// The longest path given to the kernel at once; longer ones are opened piece by piece.
  private static let pathBytesMax = 4000

  // MARK: Looking

  /// The stat of something beneath the folder, not following a link; nothing when it is not there.
  /// - Throws: ``FolderError``, `leadsOutside` when a link is on the way.
  public func stat(at path: FolderPath) throws(FolderError) -> FileStat? {
    guard let name = path.name, let parent = path.parent else { return try descriptor.stat(path) }
    do {
      return try openFolder(at: parent).stat(of: name, in: parent)
    } catch  where error.code == .notFound || error.number == NumberOfError.notFolder {
      return nil
    }
  }

  /// The time by the clock of the file system that holds the folder: what ``FolderIndex`` needs to
  /// know which stats are too young to be trusted.
  ///
  /// Makes and removes an unnamed file.
  /// - Throws: ``FolderError`` when the folder cannot be written to.
  public func fileSystemTime() throws(FolderError) -> FileTime {
    let flags = FREEHOLD_O_TMPFILE | O_RDWR
    let number = freehold_openat(descriptor.number, ".", flags, 0o600)
    return try Descriptor(try check(number, at: .root, "open")).stat(.root).changed
  }

  // MARK: Opening

  /// Opens a folder beneath the root for reading its names and for calls relative to it.
  func openFolder(at path: FolderPath) throws(FolderError) -> Descriptor {
    if path.isRoot { return descriptor }
    return try open(path.names[...], from: descriptor, flags: O_RDONLY | O_DIRECTORY, at: path)
  }

  /// Opens one name in an open folder.
  ///
  /// `flags` decide what; links are never followed.
  func open(
    _ name: FileName, in folder: Descriptor, flags: Int32, at path: @autoclosure () -> FolderPath
  ) throws(FolderError) -> Descriptor {
    try open([name], from: folder, flags: flags, at: path())
  }

  private func open(
    _ names: ArraySlice<FileName>, from folder: Descriptor, flags: Int32,
    at path: @autoclosure () -> FolderPath
  ) throws(FolderError) -> Descriptor {
    var folder = folder
    var rest = names
    while true {
      let piece = hasOpenat2 ? FolderRoot.leadingPiece(of: rest) : rest.prefix(1)
      rest = rest.dropFirst(piece.count)
      let pieceFlags = rest.isEmpty ? flags : FREEHOLD_O_PATH | O_DIRECTORY
      let number = openWithoutAccessTime(piece, in: folder, flags: pieceFlags)
      folder = Descriptor(try check(number, at: path(), "open"))
      if rest.isEmpty { return folder }
    }
  }

  /// Reading should not change access times; only the owner of a file may ask for that.
  private func openWithoutAccessTime(
    _ names: ArraySlice<FileName>, in folder: Descriptor, flags: Int32
  ) -> Int32 {
    let isReading = flags & (O_ACCMODE | FREEHOLD_O_PATH) == O_RDONLY
    guard isReading else { return openRaw(names, in: folder, flags: flags) }
    let result = openRaw(names, in: folder, flags: flags | FREEHOLD_O_NOATIME)
    return result == -NumberOfError.notPermitted
      ? openRaw(names, in: folder, flags: flags) : result
  }

  private func openRaw(
    _ names: ArraySlice<FileName>, in folder: Descriptor, flags: Int32
  ) -> Int32 {
    // The kernel takes no other flags beside O_PATH, which opens nothing that could wait.
    let isPath = flags & FREEHOLD_O_PATH != 0
    let flags = flags | O_NOFOLLOW | (isPath ? 0 : O_NONBLOCK | O_NOCTTY)
    let capacity = names.reduce(0) { $0 + $1.bytes.count + 1 }
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: capacity) { buffer in
      var filled = 0
      for name in names {
        for byte in name.bytes {
          buffer[filled] = CChar(bitPattern: byte)
          filled += 1
        }
        buffer[filled] = CChar(bitPattern: UInt8(ascii: "/"))
        filled += 1
      }
      buffer[filled - 1] = 0
      guard let path = buffer.baseAddress else { return -NumberOfError.invalid }
      return hasOpenat2
        ? freehold_openat2(folder.number, path, flags, 0, FolderRoot.beneath)
        : freehold_openat(folder.number, path, flags, 0)
    }
  }

  /// As many names as fit into one call; at least one.
  private static func leadingPiece(of names: ArraySlice<FileName>) -> ArraySlice<FileName> {
    var bytes = 0
    var count = 0
    for name in names {
      bytes += name.bytes.count + 1
      if count > 0 && bytes > pathBytesMax { break }
      count += 1
    }
    return names.prefix(count)
  }
}
