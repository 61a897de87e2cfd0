/// The sliding buffer between a file being read and a chunker: bounded whatever the file's length.
///
/// Fill the free space, then take chunks until there is none, and so on. The buffer has room for
/// the longest chunk and a few readings behind it; what is left in it is moved to its front only
/// when the next reading would not fit.
///
/// Not `Sendable`: one window serves one file after another on one thread.
public final class ChunkWindow {
  private var chunker: Chunker
  private let storage: UnsafeMutableRawBufferPointer
  private let readBytes: Int
  private static let readings = 3
  private var start = 0
  private var end = 0
  private var isEnded = false

  /// A window for chunks of this chunker, with room for `readBytes` behind the longest one.
  ///
  /// - Precondition: `readBytes` is positive.
  public init(chunker: Chunker, readBytes: Int = 1 << 20) {
    precondition(readBytes > 0)
    self.chunker = chunker
    self.readBytes = readBytes
    storage = .allocate(
      byteCount: chunker.sizes.maximumBytes + Self.readings * readBytes, alignment: 64)
  }

  deinit {
    storage.deallocate()
  }

  /// Lets `body` write into the free space; it returns how many bytes it wrote, and 0 at the end
  /// of the content.
  ///
  /// - Precondition: all chunks that could be taken have been taken, and the content has not ended.
  public func fill<Failure: Error>(
    _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Int
  ) throws(Failure) {
    precondition(!isEnded, "the content has ended")
    if storage.count - end < readBytes {
      storage.copyMemory(from: UnsafeRawBufferPointer(rebasing: storage[start..<end]))
      end -= start
      start = 0
    }
    let free = UnsafeMutableRawBufferPointer(rebasing: storage[end...])
    precondition(!free.isEmpty, "take chunks before filling")
    let written = try body(free)
    precondition((0...free.count).contains(written))
    end += written
    isEnded = written == 0
  }

  /// Hands the next chunk to `body`, or returns nil when more content is needed or all is taken.
  public func take<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result? {
    let content = UnsafeRawBufferPointer(rebasing: storage[start..<end])
    guard let length = chunker.cut(in: content, isLast: isEnded) else { return nil }
    start += length
    return try body(UnsafeRawBufferPointer(rebasing: content[..<length]))
  }

  /// Whether the content has ended and every chunk of it has been taken.
  public var isFinished: Bool { isEnded && start == end }

  /// Makes the window ready for another file.
  public func restart(with chunker: Chunker) {
    precondition(chunker.sizes.maximumBytes <= self.chunker.sizes.maximumBytes)
    self.chunker = chunker
    (start, end, isEnded) = (0, 0, false)
  }
}
