import FreeholdTestKit
import StorageNode
import VaultCrypto
import VaultEncoding
import VaultEnvironment

@testable import Freehold

/// One vault on several devices with real folders, and nodes in the same process.
final class FolderWorld {
  let network = InProcessNetwork()
  let nodes: [NodeService]
  private(set) var devices: [FolderDevice] = []
  private let nodeClock = SimulatedClock()

  init(
    devices count: Int = 2, nodes nodeCount: Int = 1, seed: UInt64 = 1,
    quotaBytes: Int64 = 1 << 32
  ) async throws {
    nodes = try (0..<nodeCount).map { [network, nodeClock] number in
      try network.addNode(seed: seed &* 1_000 &+ UInt64(number), clock: nodeClock)
    }
    let first = try FolderDevice(number: 0, seed: seed, network: network)
    let new = NewVault(name: "papers", deviceName: first.name, folder: first.folder.path)
    let (vault, _) = try await Vault.create(new, in: first.startHome(), unlock: .unsealed)
    first.adopt(vault)
    for node in nodes {
      _ = try await vault.addNode(
        try node.invite(quotaBytes: quotaBytes), name: nil, region: nil, operatorName: nil)
    }
    devices.append(first)
    try await sync(0)
    for number in 1..<max(1, count) { try await join(number, seed: seed) }
  }

  /// Lets another device in, which has not synced yet.
  func join(_ number: Int, seed: UInt64) async throws {
    let device = try FolderDevice(number: number, seed: seed, network: network)
    let home = device.startHome()
    let (did, kem) = try home.makeDevice(.unsealed)
    let first = try devices[0].open
    let admission = try await first.admit(did, kem: kem)
    try await sync(0)
    let vault = try Vault.join(
      try Admission(decoding: admission.bytes), deviceName: device.name,
      folder: device.folder.path, in: home, unlock: .unsealed)
    device.adopt(vault)
    devices.append(device)
  }

  @discardableResult
  func sync(_ number: Int) async throws -> SyncReport {
    nodeClock.advance(by: .seconds(60))
    for device in devices { device.clock.advance(by: .seconds(60)) }
    return try await devices[number].open.sync()
  }

  /// Lets time pass for the nodes and for all devices.
  func pass(_ time: Duration) {
    nodeClock.advance(by: time)
    for device in devices { device.clock.advance(by: time) }
  }

  /// Syncs all devices in turn until nothing moves any more; returns how many rounds it took.
  @discardableResult
  func comeTogether() async throws -> Int {
    for round in 1...8 {
      var isQuiet = true
      for number in devices.indices {
        let report = try await sync(number)
        if report.outgoing.total + report.incoming.total > 0 { isQuiet = false }
      }
      if isQuiet { return round }
    }
    return 9
  }
}

/// A device with a home in memory and a real folder.
final class FolderDevice {
  let number: Int
  let folder: UserFolder
  let clock: SimulatedClock
  let medium: SimulatedDisk
  private let network: InProcessNetwork
  private let randomness: SeededRandomness
  private var vault: Vault?
  private var did: DID?

  init(number: Int, seed: UInt64, network: InProcessNetwork) throws {
    self.number = number
    self.network = network
    folder = try UserFolder()
    // Clocks that do not agree.
    let start = SimulatedClock.usualStart.advanced(byMilliseconds: Int64(number) * 7_000)
    clock = SimulatedClock(start: start)
    medium = SimulatedDisk(seed: seed &* 100 &+ UInt64(number))
    randomness = SeededRandomness(seed: seed &* 100 &+ UInt64(number) &+ 50)
  }

  var name: String { ["laptop", "desktop", "tablet"][number % 3] }

  var open: Vault {
    get throws {
      guard let vault else { throw UserFolderError("device \(number) is off") }
      return vault
    }
  }

  func startHome() -> Home {
    Home(
      DiskPath("/home"),
      environment: Environment(
        clock: clock, randomness: randomness, disk: medium.start(), network: network))
  }

  func adopt(_ vault: Vault) {
    self.vault = vault
    did = vault.did
  }

  /// Takes the folder index away, and opens the vault anew.
  func loseFolderIndex() async throws {
    let name = Array("folder.index".utf8)
    guard let path = medium.allFiles().map(\.path).first(where: { $0.name == name }) else {
      throw UserFolderError("there is no index")
    }
    guard medium.replace(path, with: []) else { throw UserFolderError("it cannot be emptied") }
    try await restart()
  }

  /// Opens the vault anew, as a new process does.
  func restart() async throws {
    vault = nil
    guard let did else { throw UserFolderError("device \(number) has no vault") }
    vault = try Vault.open(did, in: startHome(), unlock: .unsealed)
  }
}
