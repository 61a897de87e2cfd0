internal import CSodium

/// SHA-512 over secret and public parts, by libsodium; its state is erased at the end.
struct SodiumHash512: ~Copyable {
  static let digestBytes = 64

  private var state = crypto_hash_sha512_state()

  init() { crypto_hash_sha512_init(&state) }

  mutating func update(_ bytes: [UInt8]) {
    crypto_hash_sha512_update(&state, bytes, UInt64(bytes.count))
  }

  mutating func update(_ secret: SecretBytes) {
    secret.withBytes {
      _ = crypto_hash_sha512_update(
        &state, $0.bindMemory(to: UInt8.self).baseAddress, UInt64($0.count))
    }
  }

  /// A length as LEB128.
  mutating func update(lengthOf count: Int) { update(Self.prefix(count)) }

  /// The length, then the bytes.
  mutating func update(prefixed bytes: [UInt8]) {
    update(lengthOf: bytes.count)
    update(bytes)
  }

  consuming func finish() -> SecretBytes {
    let digest = SecretBytes(count: Self.digestBytes) {
      _ = crypto_hash_sha512_final(&state, $0.bytePointer)
    }
    withUnsafeMutableBytes(of: &state) { sodium_memzero($0.baseAddress, $0.count) }
    return digest
  }

  /// A length as LEB128.
  static func prefix(_ count: Int) -> [UInt8] {
    var rest = UInt64(count)
    var bytes: [UInt8] = []
    repeat {
      bytes.append(UInt8(rest & 0x7F) | (rest > 0x7F ? 0x80 : 0))
      rest >>= 7
    } while rest > 0
    return bytes
  }
}

extension UnsafeRawBufferPointer {
  /// The first byte, as C takes it; there must be one.
  var bytePointer: UnsafePointer<UInt8> {
    guard let first = bindMemory(to: UInt8.self).baseAddress else {
      preconditionFailure("C is lent no empty buffer")
    }
    return first
  }
}

extension UnsafeMutableRawBufferPointer {
  /// The first byte, as C takes it; there must be one.
  var bytePointer: UnsafeMutablePointer<UInt8> {
    guard let first = bindMemory(to: UInt8.self).baseAddress else {
      preconditionFailure("C is lent no empty buffer")
    }
    return first
  }
}
