internal import CPlatform
internal import Glibc

/// Walks the vault's folder: one ``FolderListing`` per folder, a folder always before those in it,
/// folders of one folder in byte order of their names.
///
/// Never opens anything but folders (and ignore files), so pipes and devices cannot hang it. What
/// cannot be read is said in the listing and the walk goes on. Other file systems mounted inside
/// are entered. The memory used is that of the listings on the way down, not of the whole tree;
/// at most ``openFoldersMax`` folders are open at once, however deep the tree is.
///
/// ```swift
/// let scan = try FolderScan(root)
/// while let listing = scan.next() { … }
/// ```
public final class FolderScan {
  /// What the walk leaves out and how.
  public struct Options {
    /// Rules for the whole folder beside those in ignore files; they bind least.
    public var ignoring: IgnoreFile
    /// The name of the files with ignore rules; nothing when ignoring is off.
    public var ignoreFileName: FileName?
    /// Asked about each ignored folder: is something kept in it? Then it is entered, because
    /// ignore rules say what to add, not what to lose.
    public var keeps: (FolderPath) -> Bool
    /// Asked about each folder: does somebody else look after what is in it? Then it is listed and
    /// not entered.
    public var passesOver: ((FolderPath, FileStat) -> Bool)?

    /// The usual: `.freeholdignore` in any folder, nothing kept.
    public init(
      ignoring: IgnoreFile = IgnoreFile(parsing: []),
      ignoreFileName: FileName? = IgnoreFile.name,
      keeps: @escaping (FolderPath) -> Bool = { _ in false }
    ) {
      self.ignoring = ignoring
      self.ignoreFileName = ignoreFileName
      self.keeps = keeps
    }
  }

  /// Folders open at once.
  public static let openFoldersMax = 64
  /// Folders within folders; deeper ones are reported.
  public static let depthMax = 2000

  /// Listings given so far.
  public private(set) var folderCount = 0

  private let root: FolderRoot
  private let options: Options
  private let buffer: UnsafeMutableRawBufferPointer
  private var names: NameCollector
  private var levels: [ScanLevel] = []
  private var hasStarted = false

  /// A walk from the root that has not begun.
  public init(_ root: FolderRoot, options: Options = Options()) {
    self.root = root
    self.options = options
    buffer = .allocate(byteCount: 1 << 16, alignment: 16)
    names = NameCollector(buffer: buffer)
  }

  deinit {
    buffer.deallocate()
  }

  /// The next folder; nothing after the last.
  ///
  /// Complexity: O(n log n) in its entries.
  public func next() -> FolderListing? {
    guard hasStarted else {
      hasStarted = true
      return enterRoot()
    }
    while let level = levels.last {
      guard let child = level.nextFolder() else {
        levels.removeLast()
        continue
      }
      if let listing = enter(child, in: level) { return listing }
    }
    return nil
  }

  private func enterRoot() -> FolderListing {
    let rules = IgnoreRules(options.ignoring)
    var listing = FolderListing(path: .root, stat: root.stat)
    do throws(FolderError) {
      let flags = O_RDONLY | O_DIRECTORY
      let number = freehold_openat(root.descriptor.number, ".", flags, 0)
      let folder = Descriptor(try check(number, at: .root, "open"))
      listing = FolderListing(path: .root, stat: try folder.stat(.root))
      fill(&listing, from: folder, rules: rules)
    } catch {
      listing.trouble = error
      folderCount += 1
    }
    return listing
  }

  /// Opens the folder and reads it.
  ///
  /// Nothing when it vanished or is no longer a folder; then the next scan sees what there is
  /// instead.
  private func enter(_ child: ScanLevel.Child, in level: ScanLevel) -> FolderListing? {
    let path = level.path.appending(child.name)
    if child.isIgnored && !options.keeps(path) { return nil }
    var listing = FolderListing(path: path, stat: child.stat, isIgnored: child.isIgnored)
    do throws(FolderError) {
      guard path.depth <= FolderScan.depthMax else {
        throw FolderError(.overLimit, at: path, action: "enter")
      }
      let parent = try openAgain(level)
      let folder = try root.open(
        child.name, in: parent, flags: O_RDONLY | O_DIRECTORY, at: path)
      let stat = try folder.stat(path)
      guard stat.isSameThing(as: child.stat) else {
        throw FolderError(.changedMeanwhile, at: path, action: "enter")
      }
      fill(&listing, from: folder, rules: level.rules)
    } catch {
      listing.trouble = error
      folderCount += 1
    }
    return listing
  }

  /// The open folder of a level; opened again, and compared, when it had to be closed.
  private func openAgain(_ level: ScanLevel) throws(FolderError) -> Descriptor {
    if let folder = level.descriptor { return folder }
    let folder = try root.openFolder(at: level.path)
    guard try folder.stat(level.path).isSameThing(as: level.stat) else {
      throw FolderError(.changedMeanwhile, at: level.path, action: "enter")
    }
    level.descriptor = folder
    closeFarthest()
    return folder
  }

  /// Keeps the deepest folders open and closes the others until the walk comes back to them.
  private func closeFarthest() {
    guard levels.count >= FolderScan.openFoldersMax else { return }
    var open = 0
    for level in levels.reversed() where level.descriptor != nil {
      open += 1
      if open >= FolderScan.openFoldersMax { level.descriptor = nil }
    }
  }

  // MARK: One folder

  private func fill(_ listing: inout FolderListing, from folder: Descriptor, rules: IgnoreRules) {
    folderCount += 1
    do {
      try names.read(folder, at: listing.path)
    } catch {
      listing.trouble = error
    }
    let rules = listing.isIgnored ? rules : addIgnoreFile(to: rules, of: folder, &listing)
    let matcher = rules.matcher(in: listing.path)
    listing.reserve(entries: names.count, nameBytes: names.byteCount)
    var folders: [Int] = []
    names.visit { name in
      append(name, of: folder, rules: matcher, to: &listing, folders: &folders)
    }
    guard !folders.isEmpty else { return }
    let children = folders.map { index in
      let entry = listing[index]
      return ScanLevel.Child(name: entry.name, stat: entry.stat, isIgnored: entry.isIgnored)
    }
    levels.append(
      ScanLevel(
        path: listing.path, stat: listing.stat, descriptor: folder, rules: rules,
        folders: children))
    closeFarthest()
  }

  private func append(
    _ name: UnsafeRawBufferPointer, of folder: Descriptor, rules: IgnoreMatcher,
    to listing: inout FolderListing, folders: inout [Int]
  ) {
    if isOurOwn(name, in: &listing) { return }
    var raw = freehold_stat()
    let cName = name.assumingMemoryBound(to: CChar.self).baseAddress
    let result = freehold_stat(folder.number, cName, &raw)
    if result == -NumberOfError.noSuchName { return }
    guard result >= 0 else {
      let name = FileName(trusted: [UInt8](name))
      let path = listing.path.appending(name)
      listing.unreadable.append(
        (name, FolderError(result: result, at: path, action: "look at")))
      return
    }
    let stat = FileStat(raw)
    let isFolder = stat.kind == .folder
    let isIgnored = listing.isIgnored || rules.ignores(name, isFolder: isFolder)
    if isFolder, !isPassedOver(name, stat, in: listing) { folders.append(listing.count) }
    listing.append(name: name, stat: stat, isIgnored: isIgnored)
  }

  private func isPassedOver(
    _ name: UnsafeRawBufferPointer, _ stat: FileStat, in listing: FolderListing
  ) -> Bool {
    guard let passesOver = options.passesOver else { return false }
    return passesOver(listing.path.appending(FileName(trusted: [UInt8](name))), stat)
  }

  private func isOurOwn(
    _ name: UnsafeRawBufferPointer, in listing: inout FolderListing
  ) -> Bool {
    guard name.count >= 9, name.starts(with: FolderRoot.markerName.bytes) else { return false }
    if name.count == 9 { return listing.path.isRoot }
    guard let draft = DraftName(name) else { return false }
    listing.staleDrafts.append(draft.fileName)
    return true
  }

  private func addIgnoreFile(
    to rules: IgnoreRules, of folder: Descriptor, _ listing: inout FolderListing
  ) -> IgnoreRules {
    guard let name = options.ignoreFileName, names.contains(name) else { return rules }
    let path = listing.path.appending(name)
    do throws(FolderError) {
      guard let stat = try folder.stat(of: name, in: listing.path), stat.kind == .file else {
        return rules
      }
      let reader = try FileReader(root, open: name, in: folder, at: path, bufferBytes: 1 << 16)
      let (bytes, isCut) = try reader.readWhole(bytesMax: IgnoreFile.bytesMax)
      let file = IgnoreFile(parsing: bytes)
      listing.ignoreFileIsOverLimit = isCut || file.isOverLimit
      return rules.adding(file, at: listing.path)
    } catch {
      // Without the rules everything would be added, so the folder counts as unreadable.
      listing.trouble = listing.trouble ?? error
      return rules
    }
  }
}
