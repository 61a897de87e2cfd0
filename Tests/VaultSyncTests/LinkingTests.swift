import Testing
import VaultCrypto
import VaultEncoding

@testable import VaultSync

@Suite struct LinkingTests {
  private func makeCode(_ words: String = "crane-lottery") throws -> LinkCode {
    try LinkCode("4821307-\(words)@nas.example:7400")
  }

  private func makeSides(
    hostWords: String = "crane-lottery", guestWords: String = "crane-lottery",
    guestNumber: String = "4821307"
  ) throws -> (host: LinkHost, guest: LinkGuest, keys: DeviceKeys) {
    var generator = SyncGenerator(seed: 1)
    let keys = DeviceKeys.generate(using: &generator)
    let vault = SigningKey.generate(using: &generator).did
    let device = SigningKey.generate(using: &generator).did
    let node = SigningKey.generate(using: &generator).did
    let code = try makeCode(hostWords)
    let typed = try LinkCode("\(guestNumber)-\(guestWords)@nas.example:7400")
    let host = try LinkHost(
      number: code.number, words: code.words, vault: vault, device: device, node: node,
      using: &generator)
    let guest = try LinkGuest(
      to: host.offer, number: typed.number, words: typed.words, at: node,
      device: keys.signing.did, kem: keys.kem.publicKey, name: "desktop", using: &generator)
    #expect(guest.vault == vault && guest.host == device)
    return (host, guest, keys)
  }

  private let letter = LinkLetter(heads: [], chain: [[1, 2]], name: "papers", nodes: [[3]])

  @Test func `both sides come to know each other and the letter arrives`() throws {
    var generator = SyncGenerator(seed: 2)
    let (host, guest, keys) = try makeSides()
    let known = try host.guest(from: guest.answer)
    #expect(known.device == keys.signing.did)
    #expect(known.kem == keys.kem.publicKey)
    #expect(known.name == "desktop")
    let reply = try host.reply(letter, to: known, using: &generator)
    #expect(try guest.letter(from: reply) == letter)
    #expect(throws: LinkError.deadCode) { try guest.letter(from: LinkHost.deadReply) }
  }

  @Test func `other words or another mailbox are a wrong code to both`() throws {
    var generator = SyncGenerator(seed: 3)
    for (words, number) in [("crane-zoo", "4821307"), ("crane-lottery", "4821308")] {
      let (host, guest, _) = try makeSides(guestWords: words, guestNumber: number)
      #expect(throws: LinkError.wrongCode) { try host.guest(from: guest.answer) }
      // A host that would let it in all the same is not believed either.
      let (other, friend, _) = try makeSides()
      let reply = try other.reply(
        letter, to: try other.guest(from: friend.answer), using: &generator)
      #expect(throws: LinkError.wrongCode) { try guest.letter(from: reply) }
    }
  }

  @Test func `every changed byte of answer and reply is noticed`() throws {
    var generator = SyncGenerator(seed: 4)
    let (host, guest, _) = try makeSides()
    for index in guest.answer.indices {
      var bytes = guest.answer
      bytes[index] ^= 1
      #expect(throws: LinkError.wrongCode, "byte \(index)") { try host.guest(from: bytes) }
    }
    let reply = try host.reply(
      letter, to: try host.guest(from: guest.answer), using: &generator)
    for index in reply.indices {
      var bytes = reply
      bytes[index] ^= 1
      #expect(throws: LinkError.wrongCode, "byte \(index)") { try guest.letter(from: bytes) }
    }
    for bytes: [UInt8] in [[], [0xFF], [0xA0], Array(guest.answer.dropLast())] {
      #expect(throws: LinkError.wrongCode) { try host.guest(from: bytes) }
      #expect(throws: LinkError.wrongCode) { try guest.letter(from: bytes) }
    }
  }

  @Test func `an offer that was left at another node is refused`() throws {
    var generator = SyncGenerator(seed: 5)
    let (host, _, keys) = try makeSides()
    let code = try makeCode()
    #expect(throws: LinkError.anotherNode) {
      _ = try LinkGuest(
        to: host.offer, number: code.number, words: code.words, at: keys.signing.did,
        device: keys.signing.did, kem: keys.kem.publicKey, name: "x", using: &generator)
    }
  }

  @Test func `a code is one word that comes back as it was`() throws {
    let code = try LinkCode("  4821307-Crane-LOTT@nas.example:7400\n")
    #expect(code.exposedText() == "4821307-crane-lottery@nas.example:7400")
    #expect(code.url == "https://nas.example:7400")
    #expect("\(code)" == "LinkCode(concealed)")
    let long = try LinkCode("4821307-crane-lottery@[::1]:7400/path")
    #expect(long.url == "https://[::1]:7400/path")
    for typed in [
      "", "4821307", "4821307-crane-lottery", "4821307-crane@a:1", "482130-crane-lottery@a:1",
      "4821307-crane-lotterx@a:1", "4821307-crane-lottery@", "4821307-crane-lottery@a b",
      "4821307-crane-lottery@a@b", "4821307_crane_lottery@a:1", "x821307-crane-lottery@a:1",
      "4821307-crane-lottery@a;rm", "4821307-" + String(repeating: "crane-", count: 90) + "@a:1",
    ] {
      #expect(throws: MessageError.self, "\(typed)") { _ = try LinkCode(typed) }
    }
  }

  @Test func `drawn codes have two words and seven digits`() throws {
    var generator = SyncGenerator(seed: 6)
    var seen: Set<String> = []
    for _ in 0..<200 {
      let number = MailboxNumber.generate(using: &generator)
      let words = CodeWords.generate(using: &generator)
      let code = try #require(LinkCode(number: number, words: words, url: "https://a:1"))
      #expect(try LinkCode(code.exposedText()).words == words)
      #expect(number.description.count == 7)
      seen.insert(code.exposedText())
    }
    #expect(seen.count == 200)
    #expect(
      LinkCode(
        number: .generate(using: &generator), words: .generate(using: &generator),
        url: "http://a:1") == nil)
  }

  @Test func `a letter leaves out nodes beyond its room, never the first`() throws {
    let node = [UInt8](repeating: 7, count: 1_200)
    let letter = LinkLetter(
      heads: [], chain: [], name: "x", nodes: [[1]] + Array(repeating: node, count: 100))
    #expect(letter.nodes.first == [1])
    #expect(letter.nodes.count == 1 + LinkLetter.nodesBytesMax / 1_200)
    #expect(try LinkLetter(decoding: letter.bytes) == letter)
    #expect(letter.bytes.count < SyncLimits.mailboxMessageBytesMax - 1_000)
  }

  @Test func `a part of the policy log comes back as it was`() throws {
    let part = PolicyResponse(genesis: [1], entries: [[2], [3, 4]], more: true)
    #expect(try PolicyResponse(decoding: part.bytes) == part)
    for count in part.bytes.indices {
      #expect(throws: MessageError.self) {
        _ = try PolicyResponse(decoding: Array(part.bytes.prefix(count)))
      }
    }
  }
}

/// One seed, one run.
private struct SyncGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
