internal import CPlatform

/// A file in the making: nobody sees it under its name until it is finished.
///
/// ```swift
/// let draft = try writer.draft(at: path, expecting: index.expectation(of: key))
/// for piece in content { try draft.write(piece) }
/// let written = try draft.finish(attributes)
/// ```
///
/// Runs of zeros become holes, aligned to 4 KiB. A draft that is not finished is removed.
public final class FileDraft {
  /// Bytes of content so far, holes included.
  public private(set) var byteCount: Int64 = 0

  private let writer: FolderWriter
  private let file: Descriptor
  private let name: FileName
  private let place: Place
  private let replaced: FileStat?
  private let expectation: ExpectedState
  /// Up to here the file on the disk reaches.
  private var endOnDisk: Int64 = 0
  private var isOpen = true

  /// Zeros are looked for in blocks of this size.
  private static let block = 4096

  init(
    _ writer: FolderWriter, file: Descriptor, name: FileName, place: Place, replaced: FileStat?,
    expectation: ExpectedState
  ) {
    self.writer = writer
    self.file = file
    self.name = name
    self.place = place
    self.replaced = replaced
    self.expectation = expectation
  }

  deinit {
    if isOpen { place.unlink(name) }
  }

  // MARK: Content

  /// Appends bytes.
  /// - Throws: ``FolderError``: `noSpace` and others of the system. The draft is then of no use.
  public func write(_ bytes: UnsafeRawBufferPointer) throws(FolderError) {
    var rest = bytes
    while !rest.isEmpty {
      let zeros = leadingZeros(of: rest)
      if zeros > 0 {
        byteCount += Int64(zeros)
        rest = UnsafeRawBufferPointer(rebasing: rest[zeros...])
      }
      let data = leadingData(of: rest)
      try writeAll(UnsafeRawBufferPointer(rebasing: rest[..<data]))
      rest = UnsafeRawBufferPointer(rebasing: rest[data...])
    }
  }

  /// Appends bytes, as ``write(_:)-(UnsafeRawBufferPointer)``.
  public func write(_ bytes: [UInt8]) throws(FolderError) {
    let result = bytes.withUnsafeBytes { buffer in
      Result { () throws(FolderError) in try write(buffer) }
    }
    try result.get()
  }

  /// Appends so many zero bytes without writing them.
  /// - Throws: ``FolderError``, `noSpace` when no file can be that long.
  public func writeHole(bytes: Int64) throws(FolderError) {
    precondition(bytes >= 0, "a hole has a length")
    let (end, overflow) = byteCount.addingReportingOverflow(bytes)
    guard !overflow else { throw FolderError(.noSpace, at: place.path, action: "write") }
    byteCount = end
  }

  /// Whole blocks of zeros from here on; 0 in the middle of a block.
  private func leadingZeros(of bytes: UnsafeRawBufferPointer) -> Int {
    guard byteCount % Int64(FileDraft.block) == 0 else { return 0 }
    var count = 0
    while count + FileDraft.block <= bytes.count, isZeroBlock(bytes, count) {
      count += FileDraft.block
    }
    return count
  }

  /// Bytes from here up to the next block of zeros.
  private func leadingData(of bytes: UnsafeRawBufferPointer) -> Int {
    let phase = Int(byteCount % Int64(FileDraft.block))
    var count = phase == 0 ? 0 : FileDraft.block - phase
    while count + FileDraft.block <= bytes.count, !isZeroBlock(bytes, count) {
      count += FileDraft.block
    }
    // The rest of a block cannot be judged before its end is known.
    return count + FileDraft.block > bytes.count ? bytes.count : count
  }

  private func isZeroBlock(_ bytes: UnsafeRawBufferPointer, _ start: Int) -> Bool {
    bytes.baseAddress.map { freehold_is_zero($0 + start, FileDraft.block) == 1 } ?? false
  }

  private func writeAll(_ bytes: UnsafeRawBufferPointer) throws(FolderError) {
    var written = 0
    while written < bytes.count, let start = bytes.baseAddress {
      let result = freehold_pwrite(
        file.number, start + written, bytes.count - written, byteCount)
      let count = try check(result, at: place.path, "write")
      guard count > 0 else { throw FolderError(.noSpace, at: place.path, action: "write") }
      written += count
      byteCount += Int64(count)
    }
    if !bytes.isEmpty { endOnDisk = byteCount }
  }

  // MARK: The end

  /// Gives the file its attributes and puts it into place.
  /// - Throws: ``FolderError``: `changedMeanwhile` or `exists` when what is there is not what was
  ///   expected; it is left as it is.
  public func finish(_ attributes: FileAttributes) throws(FolderError) -> Written {
    let unapplied = try complete(attributes)
    if writer.options.syncsEachFile { try sync() }
    return try putIntoPlace(unapplied)
  }

  /// Gives the file its length and its attributes; returns those that could not be set.
  func complete(_ attributes: FileAttributes) throws(FolderError) -> [FolderError] {
    precondition(isOpen, "a draft is finished once")
    if byteCount > endOnDisk {
      try check(freehold_truncate(file.number, byteCount), at: place.path, "write")
    }
    var attributes = attributes
    attributes.permissions = attributes.permissions ?? replaced?.permissions ?? 0o644
    keepOwner()
    return writer.apply(attributes, to: file, at: place.path)
  }

  /// Makes sure that the content is on the disk.
  func sync() throws(FolderError) {
    try check(freehold_fsync(file.number), at: place.path, "sync")
  }

  /// Makes sure that everything on the file system of this draft is on the disk.
  func syncFileSystem() throws(FolderError) {
    try check(freehold_sync_file_system(file.number), at: place.path, "sync")
  }

  /// The device that the draft lies on.
  func device() throws(FolderError) -> UInt64 { try file.stat(place.path).device }

  /// Puts the completed file into place.
  func putIntoPlace(_ unapplied: [FolderError]) throws(FolderError) -> Written {
    // From here on the draft's name is put into place or removed.
    isOpen = false
    try writer.putUnseen(name, at: place, expecting: expectation)
    return Written(stat: try file.stat(place.path), unapplied: unapplied)
  }

  /// Throws the draft away.
  public func discard() {
    if isOpen { place.unlink(name) }
    isOpen = false
  }

  /// When a file of another owner is replaced, by root or in a group's folder, it stays theirs
  /// as far as the system lets us.
  private func keepOwner() {
    guard let replaced, let own = try? file.stat(place.path),
      own.user != replaced.user || own.group != replaced.group
    else { return }
    _ = freehold_set_owner(file.number, replaced.user, replaced.group)
  }
}
