public import VaultCrypto
public import VaultEncoding

/// The side of a linking that is a new device: a value without a network.
///
/// The messages: `LinkHost`.
public struct LinkGuest: Sendable, Concealed {
  /// The vault that is joined, by the word of the host; true once a letter was opened.
  public let vault: DID
  /// The device that lets this one in.
  public let host: DID
  /// The answer, for the mailbox.
  public let answer: [UInt8]
  private let keys: LinkKeys

  /// Answers an offer.
  ///
  /// Throws `LinkError.anotherNode` when the offer was left at another node: somebody passes it on.
  public init(
    to offer: [UInt8], number: MailboxNumber, words: CodeWords, at node: DID, device: DID,
    kem: KEMPublicKey, name: String, using generator: inout some RandomNumberGenerator
  ) throws {
    let offer = try LinkOffer(decoding: offer)
    let facts = try LinkOffer.Facts(decoding: offer.clear)
    guard facts.node == node else { throw LinkError.anotherNode }
    let clear = LinkAnswer.Facts(device: device, kem: kem).bytes
    let exchange = try CPace(
      .responder, password: words.password, channel: LinkKeys.channel(number),
      session: offer.session, associatedData: clear, using: &generator)
    keys = LinkKeys(
      exchanged: try exchange.key(with: offer.point, associatedData: offer.clear),
      session: offer.session)
    vault = facts.vault
    host = facts.device
    answer =
      LinkAnswer(
        point: exchange.message, clear: clear, tag: keys.tag(of: .guest),
        name: try keys.seal(
          Array(Array(name.utf8).prefix(LinkHost.nameBytesMax)), by: .guest, using: &generator)
      ).bytes
  }

  /// Opens the host's reply.
  ///
  /// Throws `LinkError.deadCode` when the host refused the answer, `LinkError.wrongCode` when the
  /// reply comes from somebody who does not know the words.
  public func letter(from reply: [UInt8]) throws(LinkError) -> LinkLetter {
    let reply: LinkReply? = try? LinkReply(decoding: reply)
    guard case .letter(let tag, let sealed)? = reply else {
      throw reply == .dead ? .deadCode : .wrongCode
    }
    guard keys.isTag(tag, of: .host), let plain = try? keys.open(sealed, by: .host),
      let letter = try? LinkLetter(decoding: plain)
    else { throw .wrongCode }
    return letter
  }
}
