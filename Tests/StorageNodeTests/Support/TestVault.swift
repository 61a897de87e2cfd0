import FreeholdTestKit
import StorageNode
import VaultCrypto
import VaultEncoding
import VaultPacking
import VaultPolicy
import VaultSync

/// A vault with its first device, as far as a node can see it.
struct TestVault {
  let scope: ScopeID
  var author: PolicyAuthor
  var generator: SeededGenerator
  let genesis: Genesis
  let first: TestDevice

  var did: DID { genesis.vault }

  init(seed: UInt64) throws {
    generator = SeededGenerator(seed: seed)
    let root = try RootKeys(entropy: SecretBytes(generator.bytes(32)))
    let keys = DeviceKeys.generate(using: &generator)
    scope = ScopeID.generate(using: &generator)
    let founding = try Founding.founding(
      root: root, device: keys.signing.did, deviceKEM: keys.kem.publicKey, rootScope: scope,
      seals: [:], time: SimulatedClock.usualStart, using: &generator)
    genesis = founding.genesis
    author = try PolicyAuthor(device: keys.signing, log: founding.log)
    first = TestDevice(vault: genesis.vault, keys: keys)
  }

  /// All policy entries, each after what it builds on.
  var policy: [[UInt8]] { author.log.entries.map(\.bytes) }

  /// A device that nobody let in.
  mutating func makeDevice() -> TestDevice {
    TestDevice(vault: did, keys: DeviceKeys.generate(using: &generator))
  }

  /// Lets a device in and returns it.
  mutating func addDevice() throws -> TestDevice {
    let device = makeDevice()
    try author.grantDevice(
      device.did, kem: device.keys.kem.publicKey, rank: nil, using: &generator)
    return device
  }

  /// The value of the Authorization header for a request by `device`.
  mutating func authorization(
    _ request: VaultPolicy.Request, body: [UInt8], by device: TestDevice, at node: DID,
    now: Timestamp
  ) throws -> String {
    let chain = author.log.evaluate().chain(for: device.did, allowing: request) ?? []
    let signer = RequestSigner(subject: did, node: node, chain: chain, key: device.keys.signing)
    return try signer.sign(
      request, bodyDigest: Hash.sha256(body), bodyBytes: UInt64(body.count), now: now,
      using: &generator
    ).header
  }
}

/// A device that writes one feed in one scope.
struct TestDevice {
  let vault: DID
  let keys: DeviceKeys
  var heads = 0

  var did: DID { keys.signing.did }

  /// The feed in a scope and the position of nothing.
  func start(in scope: ScopeID) -> (feed: FeedKey, position: VaultSync.FeedPosition) {
    let feed = FeedKey(scope: scope, device: did)
    return (feed, .start(of: feed, vault: vault))
  }

  /// Entries that continue `position`, the last one signed; and where they end.
  func write(
    _ ciphertexts: [[UInt8]], in scope: ScopeID, after position: VaultSync.FeedPosition,
    isSigned: Bool = true
  ) throws -> (run: FeedRun, end: VaultSync.FeedPosition) {
    var end = position
    var entries: [[UInt8]] = []
    for (index, ciphertext) in ciphertexts.enumerated() {
      var entry = FeedEntry(
        sequence: end.count + 1, epoch: 0, dependencies: [:], ciphertext: ciphertext)
      end = end.advanced(by: entry)
      if isSigned, index == ciphertexts.count - 1 {
        entry = entry.signed(at: end, by: keys.signing)
      }
      entries.append(entry.bytes)
    }
    let feed = FeedKey(scope: scope, device: did)
    return (FeedRun(feed: feed, first: position.count + 1, entries: entries), end)
  }

  /// A head of this device.
  func head(
    _ sequence: Int, feeds: [ScopeID: VaultSync.FeedPosition] = [:], time: Int64 = 0
  ) throws -> Head {
    try Head(
      vault: vault, sequence: sequence, feeds: feeds, policy: [], seen: [:],
      time: Timestamp(milliseconds: time), by: keys.signing)
  }
}
