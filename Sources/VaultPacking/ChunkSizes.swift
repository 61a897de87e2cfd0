/// The lengths between which content is cut, docs/spec/packs.md section 1.
///
/// `normalBytes` is where the cutting condition becomes sixteen times easier (normalised
/// chunking): lengths gather there, and few chunks are cut by the maximum alone. The mean over
/// random content lies a little above it.
public struct ChunkSizes: Hashable, Sendable {
  /// No chunk but the last of a file is shorter; a file up to this length is one chunk.
  public let minimumBytes: Int
  /// Where the easy condition takes over from the hard one.
  public let normalBytes: Int
  /// No chunk is longer.
  public let maximumBytes: Int
  /// The mean that the two conditions are centred on, as a power of two.
  let meanBits: Int

  /// 256 KiB to 4 MiB, 1 MiB in the mean: the only sizes that vaults use.
  public static let standard = ChunkSizes(
    minimumBytes: 256 << 10, normalBytes: 832 << 10, maximumBytes: 4 << 20, meanBits: 20)

  /// Sizes scaled down for tests: the proportions of the standard around a mean of 2^`meanBits`.
  ///
  /// - Precondition: `meanBits` is 8…20.
  public static func scaled(meanBits: Int) -> ChunkSizes {
    precondition((8...20).contains(meanBits))
    let down = 20 - meanBits
    return ChunkSizes(
      minimumBytes: standard.minimumBytes >> down, normalBytes: standard.normalBytes >> down,
      maximumBytes: standard.maximumBytes >> down, meanBits: meanBits)
  }

  /// The hash must be below this before `normalBytes`: two bits harder than the mean.
  var hardBound: UInt64 { 1 << UInt64(64 - meanBits - 2) }
  /// The hash must be below this after `normalBytes`: two bits easier than the mean.
  var easyBound: UInt64 { 1 << UInt64(64 - meanBits + 2) }
}
