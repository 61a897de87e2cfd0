import Testing
import VaultCrypto
import VaultEncoding
import VaultPolicy

/// A vault with root, a laptop (rank 10), and whoever a test adds.
final class TestVault {
  static let now = Timestamp(milliseconds: 1_800_000_000_000)

  let root: RootKeys
  let laptop: DeviceKeys
  let phone: DeviceKeys
  let node: SigningKey
  let bob: DeviceKeys
  let scope: ScopeID
  var log: PolicyLog
  var generator: SeededGenerator

  init(seed: UInt64 = 7) throws {
    var generator = SeededGenerator(seed: seed)
    root = try RootKeys(entropy: SecretBytes(generator.nextBytes(32)))
    laptop = DeviceKeys.generate(using: &generator)
    phone = DeviceKeys.generate(using: &generator)
    node = SigningKey.generate(using: &generator)
    bob = DeviceKeys.generate(using: &generator)
    scope = ScopeID.generate(using: &generator)
    let founding = try Founding.founding(
      root: root, device: laptop.signing.did, deviceKEM: laptop.kem.publicKey, rootScope: scope,
      seals: [laptop.signing.did: [1], root.signing.did: [2]], time: Self.now, using: &generator)
    log = founding.log
    self.generator = generator
  }

  var vault: DID { root.signing.did }

  /// Has a device, or root when nil, write entries.
  @discardableResult
  func write(
    as device: DeviceKeys?, _ body: (inout PolicyAuthor, inout SeededGenerator) throws -> Void
  ) throws -> [PolicyEntry] {
    var author =
      if let device {
        try PolicyAuthor(device: device.signing, log: log)
      } else {
        try PolicyAuthor(root: root.signing, log: log)
      }
    try body(&author, &generator)
    log = author.log
    return author.entries
  }

  /// Lets the phone in, by the laptop, with rank 20.
  @discardableResult
  func addPhone() throws -> CID {
    let entries = try write(as: laptop) { author, generator in
      try author.grantDevice(phone.signing.did, kem: phone.kem.publicKey, using: &generator)
    }
    return try #require(entries.first).cid
  }

  /// Lets bob read one scope, by the laptop.
  @discardableResult
  func addBob(to scope: ScopeID, expiresAt: Int64? = nil) throws -> CID {
    let entries = try write(as: laptop) { author, generator in
      try author.grant(
        .pull, to: bob.signing.did, kem: bob.kem.publicKey,
        policy: CapabilityPolicy([.scopes([scope])]), expiresAt: expiresAt, using: &generator)
    }
    return try #require(entries.first).cid
  }

  /// A request of a principal to the node, under its best grant.
  func token(
    of key: SigningKey, _ request: Request, now: Timestamp = TestVault.now,
    withProofs: Bool = false
  ) throws -> RequestToken {
    let chain = try #require(log.state.chain(for: key.did, allowing: request))
    let signer = RequestSigner(subject: vault, node: node.did, chain: chain, key: key)
    return try signer.sign(
      request, bodyDigest: Hash.sha256([UInt8]()), bodyBytes: 0, now: now, withProofs: withProofs,
      using: &generator)
  }
}
