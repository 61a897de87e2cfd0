internal import Crypto
public import VaultEncoding

/// A Merkle root over bytes that arrive in pieces, in memory that does not grow with them.
///
/// It keeps the roots of the finished perfect subtrees, largest first, as 32 bytes each: after five
/// leaves a to e these are N(N(a,b),N(c,d)) and e. Whenever a leaf is added, equal subtrees are
/// joined; there are as many joins as the new leaf count has trailing zero bits. Whole leaves are
/// hashed where they lie; nothing of the input is copied.
public struct MerkleHasher: Sendable {
  private static let hashBytes = 32
  private static let depthMax = 64

  /// How many leaves are finished.
  public private(set) var leafCount: UInt64 = 0
  private var subtrees: [UInt8] = []
  private var leaf = Merkle.startLeaf()
  private var leafFill = 0

  /// Starts a tree over nothing.
  public init() {
    subtrees.reserveCapacity(Self.depthMax * Self.hashBytes)
  }

  /// Adds bytes.
  ///
  /// O(bytes).
  public mutating func update(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { update($0) }
  }

  /// Adds a slice.
  ///
  /// O(bytes).
  public mutating func update(_ bytes: ArraySlice<UInt8>) {
    bytes.withUnsafeBytes { update($0) }
  }

  /// Adds borrowed memory.
  ///
  /// O(bytes).
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    var start = 0
    while start < bytes.count {
      let end = min(bytes.count, start + Merkle.leafBytes - leafFill)
      leaf.update(bufferPointer: UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
      leafFill += end - start
      if leafFill == Merkle.leafBytes { finishLeaf() }
      start = end
    }
  }

  /// The root over everything so far; more may be added afterwards.
  public func root() -> Bytes32 {
    var copy = self
    if copy.leafFill > 0 || copy.leafCount == 0 { copy.finishLeaf() }
    while copy.subtrees.count > Self.hashBytes { copy.joinLastTwo() }
    return copy.subtrees.withUnsafeBytes { Bytes32(exactly: $0) }
  }

  private mutating func finishLeaf() {
    leaf.finalize().withUnsafeBytes { subtrees.append(contentsOf: $0) }
    leaf = Merkle.startLeaf()
    leafFill = 0
    leafCount += 1
    for _ in 0..<leafCount.trailingZeroBitCount { joinLastTwo() }
  }

  private mutating func joinLastTwo() {
    let start = subtrees.count - 2 * Self.hashBytes
    subtrees.withUnsafeMutableBytes { bytes in
      let pair = UnsafeMutableRawBufferPointer(rebasing: bytes[start...])
      Merkle.nodeDigest(of: UnsafeRawBufferPointer(pair)).withUnsafeBytes {
        pair.copyMemory(from: $0)
      }
    }
    subtrees.removeLast(Self.hashBytes)
  }
}
