internal import CPlatform
internal import Glibc

/// Reads one regular file from its start to its end, in pieces, holes without reading them.
///
/// Only regular files are opened: the name is looked at before and the open file after, and
/// the open itself cannot wait, so a pipe, a socket or a device never hangs or is touched.
/// A file that changes while it is read is noticed at its end; the content read so far is then
/// to be thrown away. The memory used is one buffer.
public final class FileReader {
  /// The stat when reading began: with it the content belongs together.
  public let stat: FileStat
  /// Where the file is.
  public let path: FolderPath

  private let file: Descriptor
  private let buffer: UnsafeMutableRawBufferPointer
  private var offset: Int64 = 0
  /// Data up to here is known to be no hole.
  private var dataEnd: Int64 = 0
  private var knowsHoles = true
  private var isFinished = false

  private static let shortBytesMax: Int64 = 128 << 10

  /// The usual size of a piece.
  public static let bufferBytesUsual = 1 << 20

  /// Opens the file beneath the root.
  /// - Throws: ``FolderError``: `wrongKind` for anything but a regular file, `leadsOutside` when
  ///   a link is on the way.
  public convenience init(
    _ root: FolderRoot, at path: FolderPath, bufferBytes: Int = FileReader.bufferBytesUsual
  ) throws(FolderError) {
    var last = LastFolder()
    try self.init(root, at: path, from: &last, bufferBytes: bufferBytes)
  }

  /// Opens the file beneath the root, for reading many files folder by folder.
  public convenience init(
    _ root: FolderRoot, at path: FolderPath, from last: inout LastFolder,
    bufferBytes: Int = FileReader.bufferBytesUsual
  ) throws(FolderError) {
    guard let name = path.name, let parent = path.parent else {
      throw FolderError(.wrongKind, at: path, action: "read")
    }
    let folder = try last.open(parent, beneath: root)
    try self.init(root, open: name, in: folder, at: path, bufferBytes: bufferBytes)
  }

  init(
    _ root: FolderRoot, open name: FileName, in folder: Descriptor, at path: FolderPath,
    bufferBytes: Int
  ) throws(FolderError) {
    self.path = path
    try FileReader.requireFile(try folder.stat(of: name, in: path.parent ?? .root), at: path)
    file = try root.open(name, in: folder, flags: O_RDONLY, at: path)
    stat = try file.stat(path)
    try FileReader.requireFile(stat, at: path)
    // A short file comes with the first read; asking for more of it would only cost the call.
    if stat.sizeBytes > FileReader.shortBytesMax {
      _ = freehold_advise(file.number, 0, 0, FREEHOLD_ADVICE_SEQUENTIAL)
    }
    let wanted = min(Int64(bufferBytes), stat.sizeBytes)
    buffer = .allocate(byteCount: max(Int(wanted), 4096), alignment: 4096)
  }

  deinit {
    buffer.deallocate()
  }

  private static func requireFile(
    _ stat: FileStat?, at path: FolderPath
  ) throws(FolderError) {
    guard let stat else { throw FolderError(.notFound, at: path, action: "read") }
    guard stat.kind == .file else { throw FolderError(.wrongKind, at: path, action: "read") }
  }

  // MARK: Pieces

  /// Hands over the next piece; nothing at the end, once it is known that the file did not
  /// change meanwhile.
  /// - Throws: ``FolderError``: `changedWhileReading` (read it again from the start), or the
  ///   system's; and what `body` throws.
  public func nextPiece<Result>(_ body: (FilePiece) throws -> Result) throws -> Result? {
    guard offset < stat.sizeBytes else {
      try finish()
      return nil
    }
    if knowsHoles && offset >= dataEnd, let hole = try holeHere() {
      offset += hole
      return try body(.hole(bytes: hole))
    }
    let limit = knowsHoles ? min(dataEnd, stat.sizeBytes) : stat.sizeBytes
    let wanted = Int(min(Int64(buffer.count), limit - offset))
    let got = try check(
      freehold_pread(file.number, buffer.baseAddress, wanted, offset), at: path, "read")
    guard got > 0 else { throw changed() }
    offset += Int64(got)
    return try body(.data(UnsafeRawBufferPointer(rebasing: buffer[..<got])))
  }

  /// Hands over all pieces.
  /// - Throws: as ``nextPiece(_:)``.
  public func forEachPiece(_ body: (FilePiece) throws -> Void) throws {
    while try nextPiece(body) != nil {}
  }

  /// The whole content at once, when it is not longer than the limit and has no holes; nothing
  /// otherwise, and then it is still to be read in pieces.
  /// - Throws: as ``nextPiece(_:)``.
  public func readSolid(bytesMax: Int) throws(FolderError) -> [UInt8]? {
    let wanted = stat.sizeBytes
    guard offset == 0, wanted <= Int64(bytesMax), stat.blocks512 >= (wanted + 511) / 512 else {
      return nil
    }
    var got = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: Int(wanted)) { buffer, count in
      while count < buffer.count {
        got = freehold_pread(
          file.number, buffer.baseAddress.map { $0 + count }, buffer.count - count, Int64(count))
        guard got > 0 else { return }
        count += got
      }
    }
    _ = try check(got, at: path, "read")
    guard bytes.count == wanted else { throw changed() }
    offset = wanted
    try finish()
    return bytes
  }

  /// The whole content with its holes, when it is not longer than the limit; else its start.
  func readWhole(bytesMax: Int) throws(FolderError) -> (bytes: [UInt8], isCut: Bool) {
    let wanted = Int(min(Int64(bytesMax), stat.sizeBytes))
    var bytes: [UInt8] = []
    bytes.reserveCapacity(wanted)
    while bytes.count < wanted {
      let capacity = min(buffer.count, wanted - bytes.count)
      let got = try check(
        freehold_pread(file.number, buffer.baseAddress, capacity, Int64(bytes.count)), at: path,
        "read")
      guard got > 0 else { throw changed() }
      bytes.append(contentsOf: buffer[..<got])
    }
    try finish()
    return (bytes, stat.sizeBytes > Int64(bytesMax))
  }

  // MARK: Holes

  /// The length of the hole at the offset, or nothing when there is data; then `dataEnd` is set.
  private func holeHere() throws(FolderError) -> Int64? {
    let data = freehold_seek(file.number, offset, Int32(FREEHOLD_SEEK_DATA))
    if data == -Int64(NumberOfError.noData) { return stat.sizeBytes - offset }
    // File systems that cannot tell have data everywhere.
    guard data >= offset else {
      knowsHoles = false
      return nil
    }
    let end = freehold_seek(file.number, data, Int32(FREEHOLD_SEEK_HOLE))
    guard end > data else {
      knowsHoles = false
      return nil
    }
    dataEnd = end
    return data > offset ? min(data, stat.sizeBytes) - offset : nil
  }

  /// The parts of the file that hold data; what lies between them are holes.
  /// - Parameter countMax: more parts than this are given as one, from the first of them on.
  public func dataRanges(countMax: Int = 100_000) -> [Range<Int64>] {
    var ranges: [Range<Int64>] = []
    var place: Int64 = 0
    while place < stat.sizeBytes {
      let data = freehold_seek(file.number, place, Int32(FREEHOLD_SEEK_DATA))
      if data == -Int64(NumberOfError.noData) { break }
      let end = data < 0 ? -1 : freehold_seek(file.number, data, Int32(FREEHOLD_SEEK_HOLE))
      guard data >= place, end > data, ranges.count < countMax - 1 else {
        ranges.append(place..<stat.sizeBytes)
        break
      }
      if data < stat.sizeBytes { ranges.append(data..<min(end, stat.sizeBytes)) }
      place = end
    }
    return ranges
  }

  // MARK: The end

  /// Checks that the open file is as it was when reading began.
  /// - Throws: ``FolderError``, `changedWhileReading` when it is not.
  public func finish() throws(FolderError) {
    guard !isFinished else { return }
    let now = try file.stat(path)
    guard now.sizeBytes == stat.sizeBytes, now.modified == stat.modified,
      now.changed == stat.changed
    else { throw changed() }
    isFinished = true
  }

  /// Tells the system that the content need not stay in its cache: for reading a large folder
  /// once without pushing out what the user works with.
  public func dropFromCache() {
    _ = freehold_advise(file.number, 0, 0, FREEHOLD_ADVICE_DONE)
  }

  /// The extended attributes that a vault keeps, and what it does not.
  /// - Throws: ``FolderError`` of the system.
  public func extendedAttributes() throws(FolderError) -> ExtendedAttributes {
    try ExtendedAttributes(of: file, at: path)
  }

  private func changed() -> FolderError {
    FolderError(.changedWhileReading, at: path, action: "read")
  }
}
