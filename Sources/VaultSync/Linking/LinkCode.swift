public import VaultCrypto

/// What a person carries from a device of the vault to a new one, as one word:
/// `<number>-<word>-<word>@<host>:<port>`.
///
/// docs/spec/linking.md, "Code".
public struct LinkCode: Sendable, Concealed {
  private static let scheme = "https://"
  private static let textBytesMax = 512

  /// The mailbox.
  public let number: MailboxNumber
  /// The secret.
  public let words: CodeWords
  /// Where the mailbox's node is reached.
  public let url: String

  /// Puts a code together; nil unless the address is an `https` one.
  public init?(number: MailboxNumber, words: CodeWords, url: String) {
    guard url.hasPrefix(Self.scheme), Self.isAddress(url.dropFirst(Self.scheme.count)) else {
      return nil
    }
    self.number = number
    self.words = words
    self.url = url
  }

  /// Reads a typed code; white space around it is ignored.
  public init(_ typed: String) throws(MessageError) {
    guard typed.utf8.count <= Self.textBytesMax else { throw .limit("a code is shorter than that") }
    let text = typed.trimmed
    guard let at = text.firstIndex(of: "@") else {
      throw .field("a code ends with the node's address: …@host:port")
    }
    let address = text[text.index(after: at)...]
    guard Self.isAddress(address) else { throw .field("“@\(address)” is no address of a node") }
    let parts = text[..<at].split(separator: "-", maxSplits: 1)
    guard parts.count == 2, let number = MailboxNumber(parts[0]) else {
      throw .field("a code begins with \(MailboxNumber.digits) digits and a hyphen")
    }
    do {
      words = try CodeWords(String(parts[1]))
    } catch {
      throw .field(error.message)
    }
    self.number = number
    url = Self.scheme + address
  }

  /// The code, for the person who carries it and nothing else.
  public func exposedText() -> String {
    "\(number)-\(words.exposedText())@\(url.dropFirst(Self.scheme.count))"
  }

  /// A host, perhaps a port and a path: printable ASCII without what would end a word or an URL.
  private static func isAddress(_ text: some StringProtocol) -> Bool {
    (1...SyncLimits.addressBytesMax).contains(text.utf8.count)
      && text.utf8.allSatisfy { byte in
        (0x21...0x7E).contains(byte) && !#""'\@?#<>`|&;$"#.utf8.contains(byte)
      }
  }
}

extension String {
  fileprivate var trimmed: Substring {
    let head = drop(while: \.isWhitespace)
    return head.prefix(head.reversed().drop(while: \.isWhitespace).count)
  }
}
