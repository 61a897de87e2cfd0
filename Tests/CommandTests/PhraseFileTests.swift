import Testing
import VaultCrypto
import VaultEncoding

@testable import FreeholdCommand

struct PhraseFileTests {
  private struct Generator: RandomNumberGenerator {
    var state: UInt64 = 7
    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state
    }
  }

  private func makeSheet(_ name: String) -> (phrase: RecoveryPhrase, text: String) {
    var generator = Generator()
    let phrase = RecoveryPhrase.generate(using: &generator)
    let sheet = RecoverySheet(
      vault: DID(key: .zero), name: name, date: Timestamp(milliseconds: 0), phrase: phrase)
    return (phrase, sheet.text)
  }

  @Test func `the sheet that init writes is read back`() throws {
    let (phrase, text) = makeSheet("holiday photos")
    let file = try PhraseFile(text: text)
    #expect(file.phrase == phrase)
    #expect(file.vaultName == "holiday photos")
    #expect(try PhraseFile(text: text.replacing("\n", with: "\r\n")).phrase == phrase)
  }

  @Test func `the words alone do, in any form a person writes them`() throws {
    let (phrase, _) = makeSheet("x")
    let words = phrase.exposedWords()
    for text in [
      words.joined(separator: " "), words.joined(separator: "\n") + "\n",
      words.map { $0.uppercased() }.joined(separator: "  "),
      words.map { String($0.prefix(4)) }.joined(separator: "\t"),
      words.enumerated().map { "\($0 + 1). \($1)" }.joined(separator: "\n"),
    ] {
      let file = try PhraseFile(text: text)
      #expect(file.phrase == phrase)
      #expect(file.vaultName == nil)
    }
  }

  @Test func `what is not 24 words that belong together is refused`() {
    let (phrase, text) = makeSheet("x")
    let words = phrase.exposedWords()
    for wrong in [
      "", "1.", words.dropLast().joined(separator: " "),
      (words.dropLast() + ["zzz"]).joined(separator: " "),
      words.reversed().joined(separator: " "), String(text.prefix(300)),
    ] {
      #expect(throws: CryptoError.self) { _ = try PhraseFile(text: wrong) }
    }
  }
}
