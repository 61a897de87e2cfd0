/// How a chunk's plain bytes are written before sealing; one byte in the manifest
/// (docs/spec/packs.md section 2).
public enum CompressionMethod: UInt8, Hashable, Sendable, CaseIterable {
  /// The plain bytes themselves.
  case stored = 0
  /// One zstd frame that names its content's length.
  case zstd = 1
}
