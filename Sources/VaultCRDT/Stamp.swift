/// A place in the total order: Lamport time (48 bits) and replica index (16 bits).
///
/// Since replica indices differ between devices, equal times are ordered by the rank of the
/// replica's key.
struct Stamp: Hashable {
  var raw: UInt64

  init(raw: UInt64) { self.raw = raw }

  init(lamport: UInt64, replica: UInt16) { raw = lamport << 16 | UInt64(replica) }

  /// Before every operation: Lamport times start at 1.
  static let none = Stamp(raw: 0)

  var lamport: UInt64 { raw >> 16 }
  var replica: Int { Int(raw & 0xffff) }

  /// A number that sorts as the total order does.
  @inline(__always)
  func key(_ ranks: borrowing ContiguousArray<UInt16>) -> UInt64 {
    raw & ~0xffff | UInt64(ranks[replica])
  }
}
