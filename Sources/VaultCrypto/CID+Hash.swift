public import VaultEncoding

extension CID {
  /// The identifier of bytes: their SHA-256 with a codec.
  public static func of(_ bytes: [UInt8], codec: Codec) -> CID {
    CID(codec: codec, digest: Hash.sha256(bytes))
  }
}
