// The draw of one node for one pack: weighted rendezvous hashing without floating point.
//
// The idea: every node draws a number for every pack, and the lowest draws win. The number is an
// exponential time, −log₂(u) / weight with u even in (0, 1] from SHA-256(pack, node): a node of
// twice the weight wins twice as often, and the draws of two nodes do not depend on which other
// nodes there are. So a new node takes only what it wins, and a lost node's shards alone move.
//
// Example, one pack, weights 1, 1, 2:
//     u:         0.80      0.15      0.40
//     −log₂ u:   0.32      2.74      1.32
//     / weight:  0.32      2.74      0.66       → first, third, second
//
// Logarithms of the C library differ between machines in the last bit, and placement must not.
// Here log₂ is made of integers, bit by bit: squaring a number in [1, 2) doubles its logarithm, so
// each carry over 2 is the next bit. Draws are compared as exact products, a·w_b < b·w_a.
//
// Source: Thaler & Ravishankar (1998); the weights by Schindelhauer & Schomaker's logarithmic
// method (2005); the bits of the logarithm by Knuth 1.2.2, exercise 25.

import VaultCrypto
import VaultEncoding

/// A node's draw for a pack; lower draws are chosen first.
///
/// The order is the same everywhere.
struct PlacementDraw: Comparable {
  static let label = "vault/v1/placement"
  /// Bits behind the point of the logarithm.
  static let fractionBits = 48

  /// −log₂ u with 48 bits behind the point.
  let time: UInt64
  let weight: UInt32
  let did: DID

  /// - Precondition: the weight is not 0.
  init(pack: Bytes32, node: PlacementNode) {
    time = Self.negativeLog2(Hash.labelled(Self.label, pack.bytes, node.did.key.bytes).words.0)
    weight = node.weight
    did = node.did
  }

  static func < (left: PlacementDraw, right: PlacementDraw) -> Bool {
    let here = left.time.multipliedFullWidth(by: UInt64(right.weight))
    let there = right.time.multipliedFullWidth(by: UInt64(left.weight))
    return (here.high, here.low, left.did) < (there.high, there.low, right.did)
  }

  /// −log₂(word / 2^64) with 48 bits behind the point, rounded up; word 0 counts as 1.
  static func negativeLog2(_ word: UInt64) -> UInt64 {
    let odd = max(1, word)
    let shift = odd.leadingZeroBitCount
    // The mantissa as a number in [1, 2) with 63 bits behind the point.
    var mantissa = odd << UInt64(shift)
    var fraction: UInt64 = 0
    for _ in 0..<fractionBits {
      // Its square is in [1, 4), with 62 bits behind the point in the high word.
      let square = mantissa.multipliedFullWidth(by: mantissa)
      let isTwoOrMore = square.high >> 63 == 1
      fraction = fraction << 1 | (isTwoOrMore ? 1 : 0)
      mantissa = isTwoOrMore ? square.high : square.high << 1 | square.low >> 63
    }
    return UInt64(shift + 1) << UInt64(fractionBits) - fraction
  }
}
