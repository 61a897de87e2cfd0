// Merkle trees of RFC 9162 over leaves of 4 KiB.
//
// leaf = SHA-256(0x00 ‖ data), node = SHA-256(0x01 ‖ left ‖ right). A tree of n leaves has on its
// left the largest power of two that is smaller than n. Three leaves a, b, c:
//
//          root = N(N(a, b), c)         proof of b: [a, c]         proof of c: [N(a, b)]
//
// Empty data is one empty leaf; other data has no empty leaf. One root is a shard's name, its
// integrity and what audits are checked against. Docs: docs/spec/sealing.md, «Merkle tree».

internal import Crypto
public import VaultEncoding

/// Names, proofs and checks of Merkle trees over leaves of 4 KiB.
public enum Merkle {
  /// The length of every leaf but the last.
  public static let leafBytes = 4096
  /// The longest path: a tree of 2⁶³ leaves.
  public static let pathMax = 63

  /// The number of leaves of data of a length; never zero.
  public static func leafCount(ofLength length: UInt64) -> UInt64 {
    length == 0 ? 1 : (length - 1) / UInt64(leafBytes) + 1
  }

  /// The root over bytes.
  ///
  /// O(bytes).
  public static func root(of bytes: [UInt8]) -> Bytes32 {
    var hasher = MerkleHasher()
    hasher.update(bytes)
    return hasher.root()
  }

  /// The root over leaf hashes; for none, the root of empty data.
  public static func root(ofLeafHashes hashes: [Bytes32]) -> Bytes32 {
    hashes.isEmpty ? leafHash([]) : subtreeRoot(hashes[...])
  }

  /// The hash of one leaf.
  public static func leafHash(_ leaf: [UInt8]) -> Bytes32 {
    leaf.withUnsafeBytes { leafHash($0) }
  }

  /// The hash of one leaf in borrowed memory.
  public static func leafHash(_ leaf: UnsafeRawBufferPointer) -> Bytes32 {
    var state = startLeaf()
    state.update(bufferPointer: leaf)
    return Bytes32(state.finalize())
  }

  /// The hash of an inner node.
  public static func nodeHash(_ left: Bytes32, _ right: Bytes32) -> Bytes32 {
    (left.bytes + right.bytes).withUnsafeBytes { Bytes32(nodeDigest(of: $0)) }
  }

  /// The hashes of all leaves of bytes, in order.
  ///
  /// O(bytes).
  public static func leafHashes(of bytes: [UInt8]) -> [Bytes32] {
    guard !bytes.isEmpty else { return [leafHash([])] }
    return bytes.withUnsafeBytes { buffer in
      stride(from: 0, to: buffer.count, by: leafBytes).map { start in
        let end = min(start + leafBytes, buffer.count)
        return leafHash(UnsafeRawBufferPointer(rebasing: buffer[start..<end]))
      }
    }
  }

  /// The path from a leaf of `bytes` to the root, lowest first; nil when there is no such leaf.
  public static func proof(forLeaf index: UInt64, of bytes: [UInt8]) -> [Bytes32]? {
    guard index < leafCount(ofLength: UInt64(bytes.count)) else { return nil }
    return proof(forLeaf: index, leafHashes: leafHashes(of: bytes))
  }

  /// The path from a leaf to the root, given all leaf hashes; nil when there is no such leaf.
  public static func proof(forLeaf index: UInt64, leafHashes: [Bytes32]) -> [Bytes32]? {
    guard index < UInt64(leafHashes.count) else { return nil }
    return path(Int(index), leafHashes[...])
  }

  /// Whether `leaf` is the leaf `index` of the tree of `leafCount` leaves with this root.
  ///
  /// A leaf that is longer than 4 KiB, or shorter and not the last, is refused. O(log leafCount).
  public static func verifies(
    leaf: [UInt8], index: UInt64, leafCount: UInt64, path: [Bytes32], root: Bytes32
  ) -> Bool {
    guard index < leafCount, leaf.count <= leafBytes else { return false }
    guard leaf.count == leafBytes || index == leafCount - 1 else { return false }
    guard !leaf.isEmpty || leafCount == 1 else { return false }
    return verifies(
      leafHash: leafHash(leaf), index: index, leafCount: leafCount, path: path, root: root)
  }

  /// Whether a leaf hash stands at `index` of the tree with this root (RFC 9162, 2.1.3.2).
  public static func verifies(
    leafHash: Bytes32, index: UInt64, leafCount: UInt64, path: [Bytes32], root: Bytes32
  ) -> Bool {
    guard index < leafCount, path.count <= pathMax else { return false }
    var position = index
    var last = leafCount - 1
    var hash = leafHash
    for sibling in path {
      guard last != 0 else { return false }
      if position & 1 == 1 || position == last {
        hash = nodeHash(sibling, hash)
        while position & 1 == 0 && position != 0 {
          position >>= 1
          last >>= 1
        }
      } else {
        hash = nodeHash(hash, sibling)
      }
      position >>= 1
      last >>= 1
    }
    return last == 0 && hash == root
  }

  static func startLeaf() -> SHA256 {
    start(prefix: 0)
  }

  /// SHA-256(0x01 ‖ 64 bytes of two children).
  static func nodeDigest(of children: UnsafeRawBufferPointer) -> SHA256.Digest {
    var state = start(prefix: 1)
    state.update(bufferPointer: children)
    return state.finalize()
  }

  private static func start(prefix: UInt8) -> SHA256 {
    var state = SHA256()
    withUnsafeBytes(of: prefix) { state.update(bufferPointer: $0) }
    return state
  }

  private static func path(_ index: Int, _ hashes: ArraySlice<Bytes32>) -> [Bytes32] {
    guard hashes.count > 1 else { return [] }
    let split = leftCount(of: hashes.count)
    let (left, right) = (hashes.prefix(split), hashes.dropFirst(split))
    return index < split
      ? path(index, left) + [subtreeRoot(right)]
      : path(index - split, right) + [subtreeRoot(left)]
  }

  private static func subtreeRoot(_ hashes: ArraySlice<Bytes32>) -> Bytes32 {
    if hashes.count == 1, let only = hashes.first { return only }
    let split = leftCount(of: hashes.count)
    return nodeHash(subtreeRoot(hashes.prefix(split)), subtreeRoot(hashes.dropFirst(split)))
  }

  /// The largest power of two smaller than `count`, for counts above one.
  private static func leftCount(of count: Int) -> Int {
    1 << (Int.bitWidth - 1 - (count - 1).leadingZeroBitCount)
  }
}
