import VaultCRDT
import VaultCrypto
import VaultEncoding
import VaultFolder

/// A file whose content lies under keys of before, wholly or in part.
struct ResealedFile {
  let object: ObjectID
  /// What the tree has now; only this is replaced.
  let head: ContentHead
  let manifest: Manifest
}

/// Cuts what lies in the folder at the places where a manifest cuts it, and checks each piece: so
/// the content stays the same one for everybody, and nothing is fetched.
struct PieceCutter {
  private let extents: [Manifest.Extent]
  private var next = 0
  private var gathered: [UInt8] = []
  private var zeros = 0

  init(_ extents: [Manifest.Extent]) { self.extents = extents }

  /// Whether the file was what the extents say.
  var isComplete: Bool { next == extents.count && gathered.isEmpty && zeros == 0 }

  /// Takes the file's next bytes; false when the file is another one.
  ///
  /// `piece` gets every chunk (its bytes) and every hole (its length) once it is whole.
  mutating func take(
    _ bytes: UnsafeRawBufferPointer, piece: (_ bytes: [UInt8]?, _ length: Int) throws -> Void
  ) rethrows -> Bool {
    var rest = bytes
    while !rest.isEmpty {
      guard next < extents.count else { return false }
      let extent = extents[next]
      let count = min(rest.count, extent.plainBytes - gathered.count - zeros)
      let part = UnsafeRawBufferPointer(rebasing: rest[..<count])
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
      switch extent {
      case .hole:
        guard part.allSatisfy({ $0 == 0 }) else { return false }
        zeros += count
      case .data: gathered += part
      }
      guard gathered.count + zeros == extent.plainBytes else { continue }
      if case .data(let chunk) = extent {
        guard Hash.sha256(gathered) == chunk.hash else { return false }
        try piece(gathered, gathered.count)
      } else {
        try piece(nil, zeros)
      }
      (gathered, zeros, next) = ([], 0, next + 1)
    }
    return true
  }
}
