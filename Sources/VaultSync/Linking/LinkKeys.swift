import VaultCrypto
import VaultEncoding

/// What both sides derive from the key of one exchange.
///
/// docs/spec/linking.md, "Keys".
struct LinkKeys: Sendable, Concealed {
  /// Who speaks.
  enum Side: String {
    /// The device of the vault.
    case host
    /// The new device.
    case guest
  }

  private static let confirmed = Array("vault/link-confirm@1".utf8)
  private static let letterLabel = "vault/v1/link-letter"

  private let root: SecretBytes
  private let session: [UInt8]

  init(exchanged: SecretBytes, session: [UInt8]) {
    root = KeyDerivation.extract(secret: exchanged, salt: Array("vault/v1/link".utf8))
    self.session = session
  }

  /// Shows that `side` has the key.
  func tag(of side: Side) -> [UInt8] { Hash.hmac(Self.confirmed, key: confirmKey(side)).bytes }

  /// Whether a tag shows that; compared in constant time.
  func isTag(_ tag: [UInt8], of side: Side) -> Bool {
    Hash.isHMAC(tag, of: Self.confirmed, key: confirmKey(side))
  }

  /// Seals what `side` sends.
  func seal(
    _ plain: [UInt8], by side: Side, using generator: inout some RandomNumberGenerator
  ) throws(CryptoError) -> [UInt8] {
    try DeriveSeal.seal(
      plain, key: letterKey(side), label: Self.letterLabel, aad: session, using: &generator)
  }

  /// Opens what `side` sent.
  func open(_ sealed: [UInt8], by side: Side) throws(CryptoError) -> [UInt8] {
    try DeriveSeal.open(sealed, key: letterKey(side), label: Self.letterLabel, aad: session)
  }

  private func confirmKey(_ side: Side) -> SecretBytes {
    KeyDerivation.expand(root, label: "link-confirm-\(side.rawValue)")
  }

  private func letterKey(_ side: Side) -> SecretBytes {
    KeyDerivation.expand(root, label: "link-letter-\(side.rawValue)")
  }

  /// What the key exchange is bound to besides the words.
  static func channel(_ number: MailboxNumber) -> [UInt8] {
    let (purpose, digits) = (Array("vault-link/1".utf8), Array(number.description.utf8))
    return [UInt8(purpose.count)] + purpose + [UInt8(digits.count)] + digits
  }
}
