import VaultCRDT
import VaultEncoding

/// What of the tree the folder shows, kept beside the folder index.
struct AppliedState: Hashable {
  /// The batches that the folder shows in whole.
  var vector = VersionVector()
  /// Whether something is left in the folder that the tree does not show.
  var hasLeftovers = false
  /// Whether a name is marked, because it clashed or because a file has several contents.
  ///
  /// Then a change in one place may give another its plain name back.
  var hasMarks = false

  private static let entriesMax = 65_536

  init() {}

  /// The state as it is kept: flags, then a replica's key and a sequence for each.
  var bytes: [UInt8] {
    var writer = ByteWriter()
    writer.writeUInt8((hasLeftovers ? 1 : 0) | (hasMarks ? 2 : 0))
    for (replica, sequence) in vector.sorted {
      writer.writeBytes32(replica)
      writer.writeVarint(sequence)
    }
    return writer.bytes
  }

  /// Reads a state; what makes no sense counts as nothing shown, which only costs a comparison.
  init(decoding bytes: [UInt8]) {
    var reader = ByteReader(bytes)
    guard let flags = try? reader.readUInt8() else { return }
    var vector = VersionVector()
    while !reader.isAtEnd, vector.count < Self.entriesMax {
      guard let replica = try? reader.readBytes32(), let sequence = try? reader.readVarint() else {
        return
      }
      vector[replica] = sequence
    }
    self.vector = vector
    hasLeftovers = flags & 1 != 0
    hasMarks = flags & 2 != 0
  }
}
