internal import VaultEncoding

/// The inner part of a key file: the three secrets as a DAG-CBOR map.
enum DeviceKeyFields {
  static func encode(_ keys: DeviceKeys) -> [UInt8] {
    DAGCBOR.encode(
      .map([
        ("sign", .bytes(keys.signing.seed.exposedCopy())),
        ("kem", .bytes(keys.kem.seed.exposedCopy())),
        ("store", .bytes(keys.storeKey.exposedCopy())),
      ]))
  }

  static func decode(_ bytes: [UInt8]) throws(CryptoError) -> DeviceKeys {
    guard let fields = (try? DAGCBOR.decode(bytes))?.asMap,
      fields.hasKeys(["sign", "kem", "store"]), let sign = fields["sign"]?.asBytes,
      let kem = fields["kem"]?.asBytes, let store = fields["store"]?.asBytes
    else { throw DeviceKeyFile.broken("does not hold the three keys") }
    do {
      return try DeviceKeys(
        signing: SigningKey(seed: SecretBytes(sign, residence: .locked)),
        kem: KEMKey(seed: SecretBytes(kem, residence: .locked)),
        storeKey: SecretBytes(store, residence: .locked))
    } catch {
      throw DeviceKeyFile.broken("does not hold the three keys")
    }
  }
}
