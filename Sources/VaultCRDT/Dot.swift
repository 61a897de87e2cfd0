/// An operation as the tree names it inside: replica index (16 bits) and counter (48 bits).
struct Dot: Hashable {
  var raw: UInt64

  init(raw: UInt64) { self.raw = raw }

  init(replica: UInt16, counter: UInt32) {
    raw = UInt64(replica) << 48 | UInt64(counter)
  }

  var replica: Int { Int(raw >> 48) }
  var counter: UInt32 { UInt32(truncatingIfNeeded: raw) }
}
