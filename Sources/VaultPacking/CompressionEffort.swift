// The choice of the level, measured on 78,000 source files (904 MB, one frame for each file) and on
// the same content in chunks of 1 MiB, in processor seconds:
//
//     level     files: MB stored, s     1 MiB chunks: MB/s, stored
//      −3             322, 3.5
//       1             247, 4.3               266, 25.2 %
//       2             244, 4.3               237, 24.2 %
//       3             236, 5.0               198, 23.0 %
//     restic         (253 with its trees and indexes, 22.6 s for the whole push)
//
// A push uses level 3 for chunks up to 128 KiB, which are most of a tree of sources, and level 2
// above: on large texts level 3 takes a quarter more time for 2 % of the bytes.
//
// A dictionary trained on the files saves 6 % more and costs a training, a stored object and a
// third more time at level 3; putting files of a folder into one frame of 128 KiB saves 12 %.
// Neither is worth that a file can no longer be read, shared and deleted by itself.

/// How much work a compressor puts into a chunk.
///
/// Every effort is read alike.
public enum CompressionEffort: Hashable, Sendable, CaseIterable {
  /// A seventh less work, a twentieth more bytes: for slow processors in front of fast networks.
  case quick
  /// What a push uses.
  case standard
  /// For content that is written once and kept: packs that are merged, archives.
  case thorough

  /// The zstd level for content of so many bytes.
  func level(forBytes count: Int) -> Int32 {
    switch self {
    case .quick: 1
    case .standard: count <= Self.smallBytesMax ? 3 : 2
    case .thorough: 9
    }
  }

  private static let smallBytesMax = 128 << 10
}
