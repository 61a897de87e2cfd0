/// How much work a compressor puts into a chunk. Every effort is read alike.
public enum CompressionEffort: Hashable, Sendable, CaseIterable {
  /// For slow processors in front of fast networks.
  case quick
  /// What a push uses.
  case standard
  /// For content that is written once and kept: packs that are merged, archives.
  case thorough

  /// The zstd level.
  var level: Int32 {
    switch self {
    case .quick: -3
    case .standard: 1
    case .thorough: 6
    }
  }
}
