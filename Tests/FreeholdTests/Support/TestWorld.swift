import Freehold
import FreeholdTestKit
import StorageNode
import Synchronization
import Testing
import VaultCrypto
import VaultEncoding
import VaultEnvironment
import VaultSync

/// Machines and nodes without wires and without time: it passes when all who run wait for it.
final class TestWorld: Sendable {
  let clock = SimulatedClock()
  let network = DirectNetwork()
  private let seeds = Mutex<UInt64>(0)

  private func nextSeed() -> UInt64 {
    seeds.withLock { seed in
      seed += 1
      return seed
    }
  }

  /// A node, and its address.
  struct Node {
    let url: String
    let service: NodeService
    let record: NodeRecord
    let medium: SimulatedDisk
  }

  func makeNode() throws -> Node {
    let seed = nextSeed()
    var generator = SeededGenerator(seed: seed &+ 77)
    let key = SigningKey.generate(using: &generator)
    let url = "https://node\(seed).example:7400"
    let record = try NodeRecord(
      NodeRecord.Facts(
        sequence: 1, addresses: [url], publicKeyHash: .zero,
        certificate: generator.nextBytes(300), region: nil, operatorName: nil,
        notBeforeSeconds: 0, expiresSeconds: nil), by: key)
    let medium = SimulatedDisk(seed: seed)
    let service = try NodeService(
      folder: DiskPath("/node"), key: key, record: record, capacityBytes: 1 << 30,
      environment: Environment(
        clock: clock, randomness: SeededRandomness(seed: seed), disk: medium.start(),
        network: NoNetwork()))
    network.put(service, at: url)
    return Node(url: url, service: service, record: record, medium: medium)
  }

  /// A machine without anything on it.
  func makeHome() -> Home {
    let seed = nextSeed()
    return Home(
      DiskPath("/home"),
      environment: Environment(
        clock: clock, randomness: SeededRandomness(seed: seed &+ 5_000),
        disk: SimulatedDisk(seed: seed).start(), network: network))
  }

  /// A vault with a first device, and some nodes.
  func makeVault(
    nodes: [Node], name: String = "laptop"
  ) async throws -> (vault: Vault, phrase: RecoveryPhrase) {
    let made = try await Vault.create(
      NewVault(name: "papers", deviceName: name, folder: []), in: makeHome(), unlock: .unsealed)
    for (number, node) in nodes.enumerated() {
      _ = try await made.vault.addNode(
        try node.service.invite(quotaBytes: 1 << 28), name: "node\(number + 1)", region: nil,
        operatorName: nil)
    }
    _ = try await made.vault.sync()
    return made
  }

  /// Lets a new machine in with a code.
  func link(
    _ vault: Vault, name: String, code: (@Sendable (LinkCode) -> LinkCode)? = nil
  ) async throws -> (joined: Result<Vault, any Error>, linked: Result<LinkedDevice, any Error>) {
    let invitation = try await vault.openLink()
    let home = makeHome()
    let typed = code?(invitation.code) ?? invitation.code
    return await together {
      try await Vault.join(
        code: typed, deviceName: name, folder: [], in: home, unlock: .unsealed)
    } _: {
      try await vault.completeLink(invitation)
    }
  }

  /// Lets a new machine in with a code, which must go well.
  func join(_ vault: Vault, name: String) async throws -> Vault {
    let (joined, linked) = try await link(vault, name: name)
    #expect(try linked.get().name == name)
    return try joined.get()
  }

  /// Runs two things side by side; time passes whenever both wait for it.
  func together<One: Sendable, Other: Sendable>(
    _ one: @escaping @Sendable () async throws -> One,
    _ other: @escaping @Sendable () async throws -> Other
  ) async -> (Result<One, any Error>, Result<Other, any Error>) {
    let running = Running()
    @Sendable func run<Value: Sendable>(
      _ body: @Sendable () async throws -> Value
    ) async -> Result<Value, any Error> {
      defer { running.endOne() }
      do { return .success(try await body()) } catch { return .failure(error) }
    }
    async let first = run(one)
    async let second = run(other)
    async let time: Void = {
      while running.count > 0 {
        if clock.sleeperCount == running.count { clock.advanceToNextSleeper() }
        await Task.yield()
      }
    }()
    let results = (await first, await second)
    await time
    return results
  }

  /// How many of two things still run.
  private final class Running: Sendable {
    private let left = Mutex(2)
    var count: Int { left.withLock { $0 } }
    func endOne() { left.withLock { $0 -= 1 } }
  }

  /// Brings devices in step with all nodes, twice, so that everybody hears everybody.
  func sync(_ vaults: Vault...) async throws {
    for _ in 0..<2 {
      for vault in vaults { _ = try await vault.sync() }
    }
  }
}

extension FreeholdError.Code {
  /// The code of what went wrong.
  init?(_ result: Result<some Any, any Error>) {
    guard case .failure(let error as FreeholdError) = result else { return nil }
    self = error.code
  }
}

extension Vault {
  /// A file's whole content.
  func content(_ path: VaultPath) async throws -> [UInt8] {
    var all: [UInt8] = []
    try await read(path) { all += $0 }
    return all
  }

  /// Writes a short text.
  func write(_ name: String, _ text: String) async throws {
    try await write(VaultPath([Array(name.utf8)]), bytes: Array(text.utf8))
  }

  /// Reads a short text; nil when there is none.
  func text(_ name: String) async -> String? {
    (try? await content(VaultPath([Array(name.utf8)]))).map { String(decoding: $0, as: UTF8.self) }
  }
}
