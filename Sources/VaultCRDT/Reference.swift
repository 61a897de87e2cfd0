/// An object as a batch names it: index in the batch's table of replicas (16 bits, 0 is the
/// author) and counter (48 bits); the two constants have an index of their own.
struct Reference: Hashable, Sendable {
  var raw: UInt64

  private static let constants: UInt64 = 0xffff << 48

  static let root = Reference(raw: constants)
  static let trash = Reference(raw: constants | 1)

  init(raw: UInt64) { self.raw = raw }

  init(replica: Int, counter: UInt64) { raw = UInt64(replica) << 48 | counter }

  var replica: Int { Int(raw >> 48) }
  var counter: UInt64 { raw & 0xffff_ffff_ffff }
  var isConstant: Bool { raw >= Self.constants }
}
