import VaultCrypto
import VaultEncoding

/// Shared by the signed statements of docs/spec/sync.md section 3: decode, check tag and signer.
enum Statement {
  /// Decodes an envelope with `tag` whose signer is named by the payload's `signerKey`.
  ///
  /// `isTrusted` skips the signature: for bytes that this program verified before and kept.
  static func open(
    _ bytes: [UInt8], tag: String, signerKey: String, keys: [String], isTrusted: Bool = false
  ) throws(MessageError) -> (fields: MessageFields, envelope: Envelope) {
    guard bytes.count <= SyncLimits.statementBytesMax else {
      throw .limit("statement of \(bytes.count) bytes")
    }
    let envelope: Envelope
    do {
      envelope = try Envelope(
        decoding: bytes,
        limits: CBORLimits(bytesMax: SyncLimits.statementBytesMax, depthMax: 8, itemsMax: 65_536))
    } catch {
      throw .encoding("\(error)")
    }
    guard envelope.tag == tag else { throw .field("tag is not \(tag)") }
    let fields = try MessageFields(envelope.payload, keys: keys)
    let signer = try fields.did(signerKey)
    do {
      if !isTrusted { try envelope.verified(by: signer) }
    } catch {
      throw .field("the signature of \(tag) is not its signer's")
    }
    return (fields, envelope)
  }
}
