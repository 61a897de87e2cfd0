import Testing
import VaultCrypto
import VaultEncoding

@Suite struct ConcealmentTests {
  private struct Holder {
    let name = "holder"
    let secret: SecretBytes
    let keys: DeviceKeys
  }

  /// Every way in which Swift turns a value into text.
  private func texts(_ value: Any) -> [String] {
    var dumped = ""
    dump(value, to: &dumped)
    var mirrored = ""
    func walk(_ value: Any, _ depth: Int) {
      guard depth < 12 else { return }
      for child in Mirror(reflecting: value).children {
        mirrored += "\(child.label ?? "") \(child.value) \(String(reflecting: child.value))\n"
        walk(child.value, depth + 1)
      }
    }
    walk(value, 0)
    return [
      String(describing: value), String(reflecting: value), "\(value)", "\([value])",
      "\(["key": value])", String(describing: Optional(value)), dumped, mirrored,
    ]
  }

  /// The ways in which four bytes of a secret could show.
  private func traces(of secret: [UInt8]) -> [String] {
    let part = Array(secret[8..<12])
    let hex = Hex.encode(part)
    return [
      hex, hex.uppercased(), part.map(String.init).joined(separator: ", "),
      part.map(String.init).joined(separator: "\n"),
      part.map { "0x" + Hex.encode([$0]) }.joined(separator: ", "),
    ]
  }

  private func expectConcealed(_ value: Any, _ secrets: [SecretBytes]) {
    for text in texts(value) {
      for secret in secrets {
        for trace in traces(of: secret.exposedCopy()) {
          #expect(!text.contains(trace), "\(type(of: value)) shows its secret")
        }
      }
    }
  }

  @Test func `no secret shows when its holder is printed, reflected or dumped`() throws {
    var generator = SeededGenerator(seed: 101)
    let secret = SecretBytes.generate(count: 32, using: &generator)
    let locked = SecretBytes.generate(count: 32, residence: .locked, using: &generator)
    expectConcealed(secret, [secret])
    expectConcealed(locked, [locked])
    let device = DeviceKeys.generate(using: &generator)
    let inside = [device.signing.seed, device.kem.seed, device.storeKey]
    expectConcealed(device, inside)
    expectConcealed(device.signing, inside)
    expectConcealed(device.kem, inside)
    expectConcealed(DeviceKeyFile.unsealed(device), inside)
    expectConcealed(Holder(secret: secret, keys: device), inside + [secret])
    let phrase = RecoveryPhrase.generate(using: &generator)
    let root = try RootKeys(phrase: phrase)
    expectConcealed(phrase, [phrase.entropy])
    expectConcealed(root, [phrase.entropy, root.signing.seed, root.kem.seed])
    let words = phrase.exposedWords().prefix(2).joined(separator: " ")
    for text in texts(phrase) { #expect(!text.contains(words)) }
  }

  @Test func `what is printed names the type`() {
    #expect("\(SecretBytes([1, 2, 3]))" == "SecretBytes(concealed)")
  }
}
