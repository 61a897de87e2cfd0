// CPace: two sides that know one short password come to one strong key; whoever does not know the
// password learns one thing from a run: whether one guess was right.
//
//   g    = map(SHA-512(lv(DSI) ‖ lv(password) ‖ lv(zeros) ‖ lv(channel) ‖ lv(session)))
//   Ya   = ya·g        Yb = yb·g        K = ya·Yb = yb·Ya
//   key  = SHA-512(lv(DSI ‖ "_ISK") ‖ lv(session) ‖ lv(K) ‖ lv(Ya) ‖ lv(ADa) ‖ lv(Yb) ‖ lv(ADb))
//
// `lv` puts the length, as LEB128, before the bytes; the zeros fill the first block of the hash, so
// that its time tells nothing of the password. Source: draft-irtf-cfrg-cpace, CPACE-RISTR255-SHA512
// with an initiator (a) and a responder (b). Invariant: a point is used once, for one password.
// Docs: docs/spec/linking.md; vectors: Fixtures/cpace.

internal import CSodium

/// One side of one run of CPace over ristretto255 with SHA-512.
public struct CPace: Sendable, Concealed {
  /// Who speaks first.
  public enum Role: Sendable {
    /// Sends the first message.
    case initiator
    /// Answers it.
    case responder
  }

  /// The length of a message: one encoded group element.
  public static let messageBytes = 32
  /// The length of the key.
  public static let keyBytes = 64
  /// Passwords, channels and associated data are no longer.
  public static let fieldBytesMax = 64 << 10

  private static let domain = Array("CPaceRistretto255".utf8)
  private static let hashBlockBytes = 128
  private static let scalarBytes = 32
  private static let wideScalarBytes = 64

  /// What this side sends.
  public let message: [UInt8]
  private let role: Role
  private let session: [UInt8]
  private let associatedData: [UInt8]
  private let secret: SecretBytes

  /// Begins a run: draws this side's secret and makes its message.
  ///
  /// `channel` names what both sides talk over, `session` is the same fresh value on both sides,
  /// `associatedData` is what this side says in clear and wants to have authenticated.
  public init(
    _ role: Role, password: SecretBytes, channel: [UInt8], session: [UInt8],
    associatedData: [UInt8], using generator: inout some RandomNumberGenerator
  ) throws(CryptoError) {
    let wide = SecretBytes.generate(count: Self.wideScalarBytes, using: &generator)
    let scalar = SecretBytes(count: Self.scalarBytes) { out in
      wide.withBytes {
        crypto_core_ristretto255_scalar_reduce(out.bytePointer, $0.bytePointer)
      }
    }
    try self.init(
      role, password: password, channel: channel, session: session,
      associatedData: associatedData, scalar: scalar)
  }

  init(
    _ role: Role, password: SecretBytes, channel: [UInt8], session: [UInt8],
    associatedData: [UInt8], scalar: SecretBytes
  ) throws(CryptoError) {
    let lengths = [password.count, channel.count, session.count, associatedData.count]
    guard Sodium.isReady, lengths.allSatisfy({ $0 <= Self.fieldBytesMax }) else {
      throw CryptoError(.parametersRefused, "a part of the key exchange is too long")
    }
    let generator = Self.generator(password: password, channel: channel, session: session)
    self.role = role
    self.session = session
    self.associatedData = associatedData
    secret = scalar
    message = try Self.multiply(generator, by: scalar).exposedCopy()
  }

  /// Ends the run with the other side's message and associated data: the key, 64 bytes.
  ///
  /// Throws `keyRefused` for a message that is no group element, or the neutral one. That the other
  /// side has the same key is not known before it has shown it.
  public func key(
    with theirMessage: [UInt8], associatedData theirData: [UInt8]
  ) throws(CryptoError) -> SecretBytes {
    guard theirData.count <= Self.fieldBytesMax else {
      throw CryptoError(.parametersRefused, "a part of the key exchange is too long")
    }
    guard theirMessage.count == Self.messageBytes else {
      throw CryptoError(.keyRefused, "a message of the key exchange has \(Self.messageBytes) bytes")
    }
    // libsodium 1.0.18 reads the highest bit of an encoding away: a second spelling.
    guard theirMessage[Self.messageBytes - 1] & 0x80 == 0 else {
      throw CryptoError(.keyRefused, "a message of the key exchange is no group element")
    }
    let shared = try Self.multiply(SecretBytes(theirMessage), by: secret)
    var hash = SodiumHash512()
    hash.update(lengthOf: Self.domain.count + 4)
    hash.update(Self.domain)
    hash.update(Array("_ISK".utf8))
    hash.update(prefixed: session)
    hash.update(lengthOf: shared.count)
    hash.update(shared)
    let own = (message, associatedData)
    let theirs = (theirMessage, theirData)
    for (point, data) in role == .initiator ? [own, theirs] : [theirs, own] {
      hash.update(prefixed: point)
      hash.update(prefixed: data)
    }
    return hash.finish()
  }

  /// The group element that stands for the password in this session.
  static func generator(
    password: SecretBytes, channel: [UInt8], session: [UInt8]
  ) -> SecretBytes {
    let before =
      SodiumHash512.prefix(domain.count).count + domain.count
      + SodiumHash512.prefix(password.count).count + password.count
    let zeros = [UInt8](repeating: 0, count: max(0, hashBlockBytes - 1 - before))
    var hash = SodiumHash512()
    hash.update(prefixed: domain)
    hash.update(lengthOf: password.count)
    hash.update(password)
    hash.update(prefixed: zeros)
    hash.update(prefixed: channel)
    hash.update(prefixed: session)
    let digest = hash.finish()
    return SecretBytes(count: messageBytes) { out in
      digest.withBytes {
        _ = crypto_core_ristretto255_from_hash(out.bytePointer, $0.bytePointer)
      }
    }
  }

  private static func multiply(
    _ point: SecretBytes, by scalar: SecretBytes
  ) throws(CryptoError) -> SecretBytes {
    var status: Int32 = -1
    let product = SecretBytes(count: messageBytes) { out in
      scalar.withBytes { scalar in
        point.withBytes { point in
          status = crypto_scalarmult_ristretto255(
            out.bytePointer, scalar.bytePointer, point.bytePointer)
        }
      }
    }
    // libsodium refuses what is not the one encoding of an element, and a neutral product.
    guard status == 0 else {
      throw CryptoError(.keyRefused, "a message of the key exchange is no group element")
    }
    return product
  }
}
