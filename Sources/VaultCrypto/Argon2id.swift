internal import CSodium

/// Argon2id version 1.3 with one lane, from libsodium: a key from a passphrase.
public enum Argon2id {
  /// The length of a salt.
  public static let saltBytes = 16
  /// The lengths that can be asked for.
  public static let lengthRange = 16...1024
  /// Longer passphrases are refused.
  public static let passphraseBytesMax = 4096

  /// What one guess costs: memory and passes over it.
  ///
  /// A value of this type is within the bounds, so a file cannot ask for memory without end.
  public struct Parameters: Hashable, Sendable {
    /// 2 GiB.
    ///
    /// A file that asks for more is refused unread.
    public static let memoryKiBMax: UInt64 = 2 << 20
    /// The least that Argon2id works with.
    public static let memoryKiBMin: UInt64 = 8
    /// A file that asks for more passes is refused unread.
    public static let passesMax: UInt64 = 16

    /// 256 MiB and three passes: about two seconds on a small machine.
    public static let standard = Parameters(trustedMemoryKiB: 256 << 10, passes: 3)
    /// 64 MiB and three passes: the least that a key file may be sealed with.
    public static let floor = Parameters(trustedMemoryKiB: 64 << 10, passes: 3)

    /// Memory in KiB.
    public let memoryKiB: UInt64
    /// Passes over the memory.
    public let passes: UInt64

    /// Checks parameters; throws `parametersRefused` outside the bounds.
    ///
    /// Allocates nothing.
    public init(memoryKiB: UInt64, passes: UInt64) throws(CryptoError) {
      guard (Self.memoryKiBMin...Self.memoryKiBMax).contains(memoryKiB) else {
        throw CryptoError(
          .parametersRefused, "Argon2id memory of \(memoryKiB) KiB is out of bounds")
      }
      guard (1...Self.passesMax).contains(passes) else {
        throw CryptoError(.parametersRefused, "\(passes) passes of Argon2id are out of bounds")
      }
      self.memoryKiB = memoryKiB
      self.passes = passes
    }

    private init(trustedMemoryKiB: UInt64, passes: UInt64) {
      memoryKiB = trustedMemoryKiB
      self.passes = passes
    }

    /// Whether they are strong enough for a key file.
    public var reachesFloor: Bool {
      memoryKiB >= Self.floor.memoryKiB && passes >= Self.floor.passes
    }
  }

  /// Derives a key from a passphrase.
  ///
  /// Slow and hungry for memory on purpose.
  ///
  /// Throws `parametersRefused` for a salt, length or passphrase out of bounds, and `memoryShort`
  /// when the memory is not to be had.
  public static func derive(
    passphrase: SecretBytes, salt: [UInt8], parameters: Parameters, length: Int = 32
  ) throws(CryptoError) -> SecretBytes {
    guard salt.count == saltBytes else {
      throw CryptoError(.parametersRefused, "an Argon2id salt has 16 bytes, not \(salt.count)")
    }
    guard lengthRange.contains(length), passphrase.count <= passphraseBytesMax else {
      throw CryptoError(.parametersRefused, "an Argon2id length is out of bounds")
    }
    guard Sodium.isReady else {
      throw CryptoError(.memoryShort, "libsodium could not be initialised")
    }
    var status: Int32 = -1
    let key = SecretBytes(count: length) { out in
      passphrase.withBytes { secret in
        guard let out = out.bindMemory(to: UInt8.self).baseAddress,
          let secretStart = secret.bindMemory(to: CChar.self).baseAddress
        else { return }
        status = crypto_pwhash(
          out, UInt64(length), secretStart, UInt64(secret.count), salt,
          parameters.passes, Int(parameters.memoryKiB) << 10, crypto_pwhash_ALG_ARGON2ID13)
      }
    }
    guard status == 0 else {
      throw CryptoError(
        .memoryShort, "no \(parameters.memoryKiB) KiB of memory for the passphrase")
    }
    return key
  }
}
