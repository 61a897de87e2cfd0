import VaultCrypto
import VaultEncoding

/// `node.key`: the seed of the node's Ed25519 key as one line of text, so that a person who copies
/// a folder sees what it is.
///
/// Secret.
enum NodeKeyFile {
  private static let prefix = "freehold-node-key-1 "

  static func encode(_ key: SigningKey) -> [UInt8] {
    let seed = key.seed.exposedCopy()
    return Array((prefix + Multibase.encode(seed, as: .base64url) + "\n").utf8)
  }

  static func decode(_ bytes: [UInt8]) throws -> SigningKey {
    guard let text = String(validating: bytes, as: UTF8.self), text.hasPrefix(prefix),
      let seed = try? Multibase.decode(String(text.dropFirst(prefix.count).prefix { $0 != "\n" })),
      seed.count == SigningKey.seedBytes
    else { throw NodeError(.damaged, "node.key is no key of a node") }
    return try SigningKey(seed: SecretBytes(seed))
  }
}
