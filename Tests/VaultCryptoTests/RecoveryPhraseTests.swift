import Testing
import VaultEncoding

@testable import VaultCrypto

@Suite struct RecoveryPhraseTests {
  private struct Vector: Decodable {
    let entropyHex: HexBytes
    let mnemonic: String
  }
  private struct Refusal: Decodable {
    let mnemonic: String
    let why: String
  }

  @Test func `the standard's phrases and entropies agree both ways`() throws {
    // The PBKDF2 seed of the vectors is not used: the entropy is the root secret.
    let cases = try Fixture.decode(Cases<Vector>.self, "bip39/english.json").cases
    var full = 0
    for vector in cases {
      let words = vector.mnemonic.split(separator: " ").map(String.init)
      let entropy = SecretBytes(vector.entropyHex.bytes)
      #expect(BIP39.words(of: entropy) == words)
      #expect(try BIP39.entropy(of: words.map { Array($0.utf8) }) == entropy)
      if words.count == RecoveryPhrase.wordCount {
        #expect(try RecoveryPhrase(vector.mnemonic).entropy == entropy)
        #expect(try RecoveryPhrase(entropy: entropy).exposedWords() == words)
        full += 1
      } else {
        #expect(throws: CryptoError(.phraseLength, "")) { try RecoveryPhrase(vector.mnemonic) }
      }
    }
    #expect(!cases.isEmpty && full > 0)
  }

  @Test func `the phrases to refuse are refused`() throws {
    let cases = try Fixture.decode(Cases<Refusal>.self, "bip39/refuse.json").cases
    for refusal in cases {
      #expect(throws: CryptoError.self, "\(refusal.why)") { try RecoveryPhrase(refusal.mnemonic) }
    }
    #expect(!cases.isEmpty)
  }

  @Test func `each mistake is named, and the word is not repeated`() throws {
    var generator = SeededGenerator(seed: 71)
    let words = RecoveryPhrase.generate(using: &generator).exposedWords()
    let short = words.dropLast().joined(separator: " ")
    #expect(throws: CryptoError(.phraseLength, "")) { try RecoveryPhrase(short) }
    var unknown = words
    unknown[6] = "freehold"
    let error = #expect(throws: CryptoError(.phraseWord, "")) {
      try RecoveryPhrase(unknown.joined(separator: " "))
    }
    #expect(error?.message == "word 7 is not in the list")
    var swapped = words
    swapped[0] = words[0] == "zoo" ? "abandon" : "zoo"
    // One checksum in 256 fits by chance; this seed's does not.
    #expect(throws: CryptoError(.phraseChecksum, "")) {
      try RecoveryPhrase(swapped.joined(separator: " "))
    }
  }

  @Test func `four letters, capitals and stray white space are accepted`() throws {
    var generator = SeededGenerator(seed: 72)
    for _ in 0..<20 {
      let phrase = RecoveryPhrase.generate(using: &generator)
      let short = phrase.exposedWords().map { String($0.prefix(4)) }
      #expect(try RecoveryPhrase(short.joined(separator: " ")) == phrase)
      #expect(
        try RecoveryPhrase("\n " + short.joined(separator: "\t\n ").uppercased() + " ") == phrase)
    }
  }

  @Test func `three letters, five letters and other scripts are not words`() {
    for typed in ["aba", "aband", "", "ábandon", "abandonn", "zzzz", "\u{0}"] {
      #expect(EnglishWords.number(of: Array(typed.utf8)) == nil, "\(typed)")
    }
    #expect(EnglishWords.number(of: Array("zoo".utf8)) == 2047)
    #expect(EnglishWords.number(of: Array("bar".utf8)) == 147)
  }

  @Test func `the word list is the published one`() {
    #expect(EnglishWords.all.count == 2048)
    let file = EnglishWords.all.reduce(into: [UInt8]()) { $0 += $1 + [0x0a] }
    #expect(
      Hash.sha256(file).hex == "2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda")
    #expect(Set(EnglishWords.all.map { Array($0.prefix(4)) }).count == 2048)
  }

  @Test func `an endless text is refused before it is split`() {
    let text = String(repeating: "abandon ", count: 100_000)
    #expect(throws: CryptoError(.phraseLength, "")) { try RecoveryPhrase(text) }
  }

  @Test func `the phrase alone gives the root keys`() throws {
    let phrase = try RecoveryPhrase(
      String(repeating: "abandon ", count: 23) + "art")
    let keys = try RootKeys(phrase: phrase)
    // Pinned: a change here would orphan every vault. The three values were computed independently
    // with PyCA cryptography 50.0.2 from the derivation in docs/spec/keys.md.
    let root = KeyDerivation.extract(
      secret: phrase.entropy, salt: Array("vault/v1/root".utf8))
    let seed = KeyDerivation.hkdf(
      secret: phrase.entropy, salt: Array("vault/v1/root".utf8),
      info: Array("root-sign".utf8) + [0], length: 32)
    #expect(KeyDerivation.expand(root, label: "root-sign") == seed)
    #expect(try SigningKey(seed: seed).did == keys.signing.did)
    #expect(keys.signing.did.text == pinned.did)
    #expect(Hash.sha256(keys.kem.publicKey.bytes).hex == pinned.kem)
    #expect(keys.mldsaPublicKeyHash.hex == pinned.mldsa)
    #expect(throws: CryptoError(.keyRefused, "")) { try RootKeys(entropy: SecretBytes([1])) }
  }

  private let pinned = (
    did: "did:key:z6MkfAN5pSF3nBCxwuHSKD8xoqaLwGwFQ7mheuzWPxRj8aNs",
    kem: "5bfbec4c2873975e87f8ed2b2348db09f4d65d80230456c2aba364f7e44fdf34",
    mldsa: "10d86ee216b027766a088a89a8438cbaf7fc2530856bec903e9455745c9cb843"
  )
}
