import VaultCrypto
import VaultEncoding
import VaultSync

/// A signed statement that people hand to each other as a line of text.
enum Paper {
  /// Writes a signed envelope as a line.
  static func line(_ bytes: [UInt8], prefix: String) -> String {
    prefix + Multibase.encodeBare(bytes, as: .base64url)
  }

  /// Reads a line; white space around it is ignored.
  ///
  /// Throws `usage` for what is no such line, `tampered` for one whose signature is not its
  /// signer's.
  static func open(
    _ line: [UInt8], prefix: String, tag: String, signerKey: String, keys: [String], bytesMax: Int,
    what: String
  ) throws -> (fields: MessageFields, bytes: [UInt8]) {
    func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }
    let text = line.drop(while: isSpace)
    let own = text.prefix(text.reversed().drop(while: isSpace).count)
    guard own.count <= bytesMax * 2, own.starts(with: prefix.utf8),
      let bytes = try? Multibase.decodeBare(
        String(decoding: own.dropFirst(prefix.utf8.count), as: UTF8.self), as: .base64url),
      bytes.count <= bytesMax
    else {
      throw FreeholdError(
        .usage, "that is not \(what), or it was cut short", hint: "it begins with \(prefix)")
    }
    do {
      let envelope = try Envelope(decoding: bytes, limits: CBORLimits(bytesMax: bytesMax))
      guard envelope.tag == tag else { throw MessageError.field("the tag is not \(tag)") }
      let fields = try MessageFields(envelope.payload, keys: keys)
      try envelope.verified(by: try fields.did(signerKey))
      return (fields, bytes)
    } catch {
      throw FreeholdError(
        .tampered, "\(what) was altered on the way: \(error)", hint: "ask for it once more")
    }
  }
}
