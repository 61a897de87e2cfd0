public import VaultCrypto
public import VaultEncoding

// Linking, the side of the vault.
//
//   host → offer {session, Ya, clear: vault, device, node}
//   guest → answer {Yb, clear: device, kem; tag; name sealed}
//   host → reply {tag; letter sealed}, or: dead
//
// The guest shows first that it knows the words: a stranger who finds the mailbox, or a node that
// keeps it, has one guess, and a wrong one kills the code. Invariant: a host looks at one answer.

/// The side of a linking that is part of the vault already: a value without a network.
public struct LinkHost: Sendable, Concealed {
  /// The new device, once it has shown that it knows the words.
  public struct Guest: Sendable {
    /// Its DID.
    public let device: DID
    /// Where keys are sealed to.
    public let kem: KEMPublicKey
    /// What the owner calls it.
    public let name: String
    fileprivate let keys: LinkKeys
  }

  /// A guest's name is no longer.
  static let nameBytesMax = 256

  /// The offer, for the mailbox.
  public let offer: [UInt8]
  private let session: [UInt8]
  private let exchange: CPace

  /// Begins a linking under a new code.
  public init(
    number: MailboxNumber, words: CodeWords, vault: DID, device: DID, node: DID,
    using generator: inout some RandomNumberGenerator
  ) throws(CryptoError) {
    session = generator.nextBytes(LinkOffer.sessionBytes)
    let clear = LinkOffer.Facts(vault: vault, device: device, node: node).bytes
    exchange = try CPace(
      .initiator, password: words.password, channel: LinkKeys.channel(number), session: session,
      associatedData: clear, using: &generator)
    offer = LinkOffer(session: session, point: exchange.message, clear: clear).bytes
  }

  /// Judges the one answer that there is.
  ///
  /// Throws `LinkError.wrongCode` for whatever a device with the right words would not have sent.
  public func guest(from answer: [UInt8]) throws(LinkError) -> Guest {
    do {
      let answer = try LinkAnswer(decoding: answer)
      let facts = try LinkAnswer.Facts(decoding: answer.clear)
      let keys = LinkKeys(
        exchanged: try exchange.key(with: answer.point, associatedData: answer.clear),
        session: session)
      guard keys.isTag(answer.tag, of: .guest) else { throw LinkError.wrongCode }
      let name = try keys.open(answer.name, by: .guest)
      guard name.count <= Self.nameBytesMax else { throw LinkError.wrongCode }
      return Guest(
        device: facts.device, kem: facts.kem, name: String(decoding: name, as: UTF8.self),
        keys: keys)
    } catch {
      throw .wrongCode
    }
  }

  /// The reply that lets a guest in.
  public func reply(
    _ letter: LinkLetter, to guest: Guest, using generator: inout some RandomNumberGenerator
  ) throws(CryptoError) -> [UInt8] {
    LinkReply.letter(
      tag: guest.keys.tag(of: .host),
      sealed: try guest.keys.seal(letter.bytes, by: .host, using: &generator)
    ).bytes
  }

  /// The reply after a wrong answer, or when the owner gives up.
  public static var deadReply: [UInt8] { LinkReply.dead.bytes }
}
