internal import VaultCrypto

/// Hiding of exact lengths: `length (4, big-endian) ‖ plaintext ‖ zeros`.
///
/// The whole is as long as PADMÉ says, and never shorter than 256 bytes, because PADMÉ leaves
/// short lengths almost as they are. Example: 5 bytes become 256, 1000 bytes become 1024. There is
/// exactly one padding of a plaintext; every other is refused, so nothing can be hidden in it.
enum PaddedPlaintext {
  static let prefixBytes = 4
  static let bytesMin = 256

  static func paddedLength(_ plaintextBytes: Int) -> Int {
    max(bytesMin, Padme.paddedLength(prefixBytes + plaintextBytes))
  }

  static func pad(_ plaintext: [UInt8]) -> [UInt8] {
    let length = UInt32(plaintext.count)
    let total = paddedLength(plaintext.count)
    var padded: [UInt8] = []
    padded.reserveCapacity(total)
    for shift in [24, 16, 8, 0] { padded.append(UInt8(truncatingIfNeeded: length >> shift)) }
    padded += plaintext
    padded.append(contentsOf: repeatElement(0, count: total - padded.count))
    return padded
  }

  static func unpad(_ padded: [UInt8]) throws(SealingError) -> [UInt8] {
    guard padded.count >= bytesMin else { throw refused }
    let length = padded[..<prefixBytes].reduce(0) { $0 << 8 | Int($1) }
    guard length <= padded.count - prefixBytes, paddedLength(length) == padded.count else {
      throw refused
    }
    let end = prefixBytes + length
    guard padded[end...].allSatisfy({ $0 == 0 }) else { throw refused }
    return Array(padded[prefixBytes..<end])
  }

  private static var refused: SealingError {
    SealingError(.paddingRefused, "an opened entry is not padded by the rules")
  }
}
