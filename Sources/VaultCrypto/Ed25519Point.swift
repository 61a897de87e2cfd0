/// Which encodings of public keys are refused before any arithmetic.
///
/// The curve has eight points of small order. Their y coordinates, with the sign bit cleared, are
/// 0 and 1, two values of order eight, and p − 1. An encoding with y ≥ p is a second spelling
/// of another point. No honest key is among them: an honest key is a multiple of the base point.
enum Ed25519Point {
  private static let smallOrder: [[UInt8]] = [
    [UInt8](repeating: 0, count: 32),
    [1] + [UInt8](repeating: 0, count: 31),
    [
      0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98,
      0xf0,
      0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc,
      0x05,
    ],
    [
      0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67,
      0x0f,
      0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03,
      0x7a,
    ],
    [0xec] + [UInt8](repeating: 0xff, count: 30) + [0x7f],
  ]

  /// Whether an encoded public key is canonical and of large order.
  static func isAcceptable(_ encoded: [UInt8]) -> Bool {
    guard encoded.count == 32 else { return false }
    var y = encoded
    y[31] &= 0x7f
    // p = 2^255 − 19: y ≥ p means that the top 31 bytes are all ones and the lowest is ≥ 0xed.
    let isReduced = y[0] < 0xed || y[31] != 0x7f || y[1..<31].contains { $0 != 0xff }
    return isReduced && !smallOrder.contains(y)
  }
}
