import VaultFolder
import VaultPacking

extension ContentIntake {
  /// Cuts a file into chunks and holes.
  ///
  /// `submit` is called after each chunk, so that sealing goes on while reading does. Returns false
  /// when the task was cancelled before the file's end.
  func take(
    _ reader: FileReader, as file: Int, chunker: Chunker, window: ChunkWindow,
    submit: () async throws -> Void
  ) async throws -> Bool {
    // What is not longer than the shortest chunk is one chunk.
    if let whole = try reader.readSolid(bytesMax: chunker.sizes.minimumBytes) {
      add(whole, to: file)
      try await submit()
      return true
    }
    window.restart(with: chunker)
    while !Task.isCancelled {
      // A piece is never longer than the free space behind the longest chunk.
      let hole = try reader.nextPiece { piece -> Int64 in
        switch piece {
        case .hole(let length): return length
        case .data(let bytes):
          window.fill { free in
            free.copyMemory(from: bytes)
            return bytes.count
          }
          return 0
        }
      }
      if hole != 0 { window.fill { _ in 0 } }
      while let chunk = window.take({ [UInt8]($0) }) {
        add(chunk, to: file)
        try await submit()
      }
      guard let hole else { return true }
      if hole > 0 {
        addHole(Int(hole), to: file)
        window.restart(with: chunker)
      }
    }
    return false
  }
}

extension FileReader {
  /// The whole of a small file.
  func readSmall() throws -> [UInt8] {
    if let bytes = try readSolid(bytesMax: Manifest.inlineBytesMax) { return bytes }
    var bytes: [UInt8] = []
    try forEachPiece { piece in
      switch piece {
      case .hole(let length): bytes += [UInt8](repeating: 0, count: Int(length))
      case .data(let data): bytes += data
      }
    }
    return bytes
  }
}
