import VaultCrypto
import VaultEncoding
import VaultFolder

/// Compares a file on the disk with the pieces that a manifest names, by their hashes: nothing is
/// fetched for it.
struct ContentMatch {
  private var extents: ArraySlice<Manifest.Extent>
  private var hasher = Hasher256()
  private var taken = 0
  private var isEqual = true
  private static let zeros = [UInt8](repeating: 0, count: 1 << 16)

  init(_ extents: [Manifest.Extent]) {
    self.extents = extents[...]
    skipEmpty()
  }

  /// Whether everything so far, and nothing more, is what the extents say.
  var isComplete: Bool { isEqual && extents.isEmpty }

  /// Takes the file's next piece; returns whether it is worth going on.
  mutating func take(_ piece: FilePiece) -> Bool {
    switch piece {
    case .data(let bytes): take(bytes)
    case .hole(let length):
      var left = length
      while left > 0, isEqual {
        let count = Int(min(left, Int64(Self.zeros.count)))
        Self.zeros.withUnsafeBytes { take(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        left -= Int64(count)
      }
    }
    return isEqual
  }

  private mutating func take(_ bytes: UnsafeRawBufferPointer) {
    var rest = bytes
    while !rest.isEmpty, isEqual {
      guard let extent = extents.first else {
        isEqual = false
        return
      }
      let count = min(rest.count, extent.plainBytes - taken)
      let part = UnsafeRawBufferPointer(rebasing: rest[..<count])
      switch extent {
      case .data: hasher.update(part)
      case .hole: isEqual = part.allSatisfy { $0 == 0 }
      }
      taken += count
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
      if taken == extent.plainBytes { endExtent(extent) }
    }
  }

  private mutating func endExtent(_ extent: Manifest.Extent) {
    if case .data(let chunk) = extent, hasher.digest() != chunk.hash { isEqual = false }
    hasher = Hasher256()
    taken = 0
    extents = extents.dropFirst()
    skipEmpty()
  }

  private mutating func skipEmpty() {
    while let first = extents.first, first.plainBytes == 0 { extents = extents.dropFirst() }
  }
}

extension ContentReader {
  /// Whether the file at a path has the content of a manifest already.
  func isThere(_ manifest: Manifest, at path: FolderPath, in root: FolderRoot) async -> Bool {
    guard let file = try? FileReader(root, at: path), file.stat.sizeBytes == manifest.sizeBytes
    else { return false }
    switch manifest.body {
    case .inline:
      var plain: [UInt8]?
      try? await read(manifest) { bytes, _ in plain = bytes }
      return plain != nil && plain == (try? file.readSmall())
    case .extents(let extents): return Self.matches(file, extents)
    case .indirect:
      guard let extents = try? await self.extents(of: manifest) else { return false }
      return Self.matches(file, extents)
    }
  }

  private static func matches(_ file: FileReader, _ extents: [Manifest.Extent]) -> Bool {
    var match = ContentMatch(extents)
    do {
      while let goesOn = try file.nextPiece({ match.take($0) }) {
        guard goesOn else { return false }
      }
    } catch {
      return false
    }
    return match.isComplete
  }
}
