extension Multibase.Base {
  enum Codec {
    case bits(BitBase)
    case positional(PositionalBase)
  }

  var codec: Codec {
    switch self {
    case .base2: .bits(Alphabets.base2)
    case .base8: .bits(Alphabets.base8)
    case .base10: .positional(Alphabets.base10)
    case .base16: .bits(Alphabets.base16)
    case .base16upper: .bits(Alphabets.base16upper)
    case .base32: .bits(Alphabets.base32)
    case .base32upper: .bits(Alphabets.base32upper)
    case .base32pad: .bits(Alphabets.base32pad)
    case .base32padupper: .bits(Alphabets.base32padupper)
    case .base32hex: .bits(Alphabets.base32hex)
    case .base32hexupper: .bits(Alphabets.base32hexupper)
    case .base32hexpad: .bits(Alphabets.base32hexpad)
    case .base32hexpadupper: .bits(Alphabets.base32hexpadupper)
    case .base32z: .bits(Alphabets.base32z)
    case .base36: .positional(Alphabets.base36)
    case .base36upper: .positional(Alphabets.base36upper)
    case .base58btc: .positional(Alphabets.base58btc)
    case .base58flickr: .positional(Alphabets.base58flickr)
    case .base64: .bits(Alphabets.base64)
    case .base64pad: .bits(Alphabets.base64pad)
    case .base64url: .bits(Alphabets.base64url)
    case .base64urlpad: .bits(Alphabets.base64urlpad)
    }
  }
}

/// The alphabets as the multibase table gives them; immutable tables, made once.
private enum Alphabets {
  static let lower32 = "abcdefghijklmnopqrstuvwxyz234567"
  static let upper32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
  static let lowerHex32 = "0123456789abcdefghijklmnopqrstuv"
  static let upperHex32 = "0123456789ABCDEFGHIJKLMNOPQRSTUV"
  static let letters64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

  static let base2 = BitBase(alphabet: "01", bits: 1)
  static let base8 = BitBase(alphabet: "01234567", bits: 3, fillsFirst: true)
  static let base10 = PositionalBase(alphabet: "0123456789")
  static let base16 = BitBase(alphabet: "0123456789abcdef", bits: 4, foldsCase: true)
  static let base16upper = BitBase(alphabet: "0123456789ABCDEF", bits: 4, foldsCase: true)
  static let base32 = BitBase(alphabet: lower32, bits: 5, foldsCase: true)
  static let base32upper = BitBase(alphabet: upper32, bits: 5, foldsCase: true)
  static let base32pad = BitBase(alphabet: lower32, bits: 5, foldsCase: true, isPadded: true)
  static let base32padupper = BitBase(alphabet: upper32, bits: 5, foldsCase: true, isPadded: true)
  static let base32hex = BitBase(alphabet: lowerHex32, bits: 5, foldsCase: true)
  static let base32hexupper = BitBase(alphabet: upperHex32, bits: 5, foldsCase: true)
  static let base32hexpad = BitBase(
    alphabet: lowerHex32, bits: 5, foldsCase: true, isPadded: true)
  static let base32hexpadupper = BitBase(
    alphabet: upperHex32, bits: 5, foldsCase: true, isPadded: true)
  static let base32z = BitBase(alphabet: "ybndrfg8ejkmcpqxot1uwisza345h769", bits: 5)
  static let base36 = PositionalBase(
    alphabet: "0123456789abcdefghijklmnopqrstuvwxyz", foldsCase: true)
  static let base36upper = PositionalBase(
    alphabet: "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", foldsCase: true)
  static let base58btc = PositionalBase(
    alphabet: "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")
  static let base58flickr = PositionalBase(
    alphabet: "123456789abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ")
  static let base64 = BitBase(alphabet: letters64 + "+/", bits: 6)
  static let base64pad = BitBase(alphabet: letters64 + "+/", bits: 6, isPadded: true)
  static let base64url = BitBase(alphabet: letters64 + "-_", bits: 6)
  static let base64urlpad = BitBase(alphabet: letters64 + "-_", bits: 6, isPadded: true)
}

extension Multibase {
  /// Lends the number that digits in base58btc write, and the zeros in front of it; nil when a
  /// letter is no digit.
  ///
  /// `PositionalBase.withNumber(in:_:)`
  static func withBase58Number<Value>(
    in letters: UnsafeBufferPointer<UInt8>,
    _ body: (_ zeros: Int, _ words: UnsafeMutableBufferPointer<UInt64>.SubSequence) -> Value
  ) -> Value? {
    Alphabets.base58btc.withNumber(in: letters, body)
  }
}
