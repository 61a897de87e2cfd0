import Freehold
import StorageNode
import VaultEncoding
import VaultEnvironment

// One whole world in one thread: devices, nodes, the network between them, and what goes wrong.
//
// The idea: real `Vault`s and real `NodeService`s run on a task executor that draws the next job,
// over disks and a network that fail as the seed says. After a phase with faults comes a quiet one,
// in which everything must come together; then the checkers look (docs/simulator.md).
//
// Invariant: one seed is one run. Whatever is drawn is drawn from the seed, in an order that
// follows from the seed.

/// A run of many devices and nodes by one seed.
///
/// `@unchecked Sendable`: everything of one simulation runs on the executor's one thread.
public final class Simulation: @unchecked Sendable {
  /// The seed.
  public let seed: UInt64
  /// How rough it is.
  public let options: SimulationOptions
  /// What happened.
  public let trace: SimulationTrace
  /// What the checkers found; empty when all is well.
  public internal(set) var violations: [String] = []

  let planted: PlantedFault
  let timeline = SimulatedTimeline()
  let executor: SimulatedExecutor
  let network: SimulatedNetwork
  let nodes: [SimulatedNode]
  let devices: [SimulatedDevice]
  /// Somebody else's machine, on which one folder of the vault is.
  let guest: SimulatedDevice?
  let search: LeakSearch
  var contents: SimulatedContents
  var generator: SeededGenerator
  var isSafetyPhaseOver = false
  /// The nodes that lied before the quiet phase: what they said then may come out later.
  var liars: Set<Int> = []
  /// How often they did.
  var lieCount = 0
  /// Whether a device went on from an old copy of its home.
  var hasLostTime = false
  /// What the guest has given to the owner.
  var guestCard: PersonCard?
  /// Whether another device has shared the guest's folder too.
  var hasSharedTwice = false
  /// The contents that revoked devices wrote.
  var late: Set<Int> = []
  /// The nodes that a device has named.
  var accused: Set<Int> = []

  private init(
    seed: UInt64, options: SimulationOptions, planted: PlantedFault
  ) throws {
    self.seed = seed
    self.options = options
    self.planted = planted
    var generator = SeededGenerator(seed: seed)
    let timeline = self.timeline
    executor = SimulatedExecutor(seed: generator.next(), timeline: timeline)
    trace = SimulationTrace(timeline)
    search = LeakSearch(using: &generator)
    contents = SimulatedContents(marker: search.marker, seed: generator.next())
    nodes = try (0..<options.nodeCount).map { number in
      try SimulatedNode(
        number: number, seed: generator.next(), timeline: timeline, planted: planted)
    }
    network = SimulatedNetwork(
      nodes: nodes, options: options.calm, timeline: timeline, trace: trace, search: search,
      planted: planted, seed: generator.next())
    let network = self.network
    devices = (0..<options.deviceCount).map { number in
      SimulatedDevice(
        number: number, seed: generator.next(), timeline: timeline, network: network,
        planted: planted)
    }
    guest = options.guest.map { _ in
      SimulatedDevice(
        number: options.deviceCount, seed: generator.next(), timeline: timeline,
        network: network, planted: planted, isGuest: true)
    }
    self.generator = generator
  }

  /// The owner's devices and the guest's.
  var machines: [SimulatedDevice] { devices + (guest.map { [$0] } ?? []) }

  /// Runs a seed to its end.
  ///
  /// Options are drawn from the seed unless they are given.
  public static func run(
    seed: UInt64, options: SimulationOptions? = nil, planted: PlantedFault = .none
  ) -> SimulationOutcome {
    let options = options ?? .drawn(for: seed)
    do {
      let simulation = try Simulation(seed: seed, options: options, planted: planted)
      do {
        try simulation.executor.run { try await simulation.runPhases() }
      } catch {
        simulation.report("the run ended with \(type(of: error)): \(error)")
      }
      defer { for device in simulation.machines { device.end() } }
      return SimulationOutcome(simulation)
    } catch {
      return SimulationOutcome(seed: seed, options: options, failure: "\(error)")
    }
  }

  private func runPhases() async throws {
    try await found()
    network.options = options
    startFaults()
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.runFaults() }
      await withTaskGroup(of: Void.self) { scripts in
        for device in devices { scripts.addTask { await self.runScript(of: device) } }
        if let guest { scripts.addTask { await self.runGuestScript(of: guest) } }
      }
      isSafetyPhaseOver = true
    }
    try await comeTogether()
    await check()
    countDamage()
  }

  /// Counts what the disks did of what they were set to do.
  private func countDamage() {
    for disk in nodes.map(\.medium) {
      trace.count(.nodeCrashAtStep, times: disk.damage.crashes)
      trace.count(.nodeDiskFailure, times: disk.damage.failures)
      trace.count(.nodeDiskFull, times: disk.damage.fulls)
    }
    for disk in machines.map(\.medium) {
      trace.count(.deviceCrashAtStep, times: disk.damage.crashes)
      trace.count(.deviceDiskFailure, times: disk.damage.failures)
      trace.count(.deviceDiskFull, times: disk.damage.fulls)
    }
  }

  // MARK: The beginning

  /// One device founds the vault and takes up the nodes; the others join, but for a late one.
  private func found() async throws {
    for node in nodes { try node.start() }
    let first = devices[0]
    let new = NewVault(name: secretName("vault"), deviceName: secretName("device"), folder: [])
    let (vault, _) = try await Vault.create(new, in: first.startHome(), unlock: .unsealed)
    first.adopt(vault)
    for node in nodes {
      _ = try await vault.addNode(
        try node.invite(), name: secretName("node \(node.number)"), region: nil,
        operatorName: nil)
    }
    try await vault.makeFolder(VaultPath([first.folderName]))
    try await vault.makeFolder(VaultPath([Self.sharedFolder]))
    if let guest {
      try await vault.makeFolder(VaultPath([Self.givenFolder]))
      try await vault.makeFolder(VaultPath([Self.givenFolder, Self.meetingFolder]))
      if !options.sharesLate { try await share(with: guest) }
    }
    _ = try await vault.sync()
    for device in devices.dropFirst() where !(options.joinsLate && device === devices.last) {
      try await join(device)
    }
  }

  /// Lets a device in and brings it up to date.
  func join(_ device: SimulatedDevice) async throws {
    guard let first = devices[0].vault else { throw SimulationError("the first device is off") }
    let home = device.startHome()
    let (did, kem) = try home.makeDevice(.unsealed)
    let admission = try await first.admit(did, kem: kem)
    _ = try await first.sync()
    let vault = try Vault.join(
      try Admission(decoding: admission.bytes), deviceName: secretName("device"), folder: [],
      in: home, unlock: .unsealed)
    device.adopt(vault)
    _ = try await vault.sync()
    if try await vault.historyProgress() != nil { trace.count(.beganWithCheckpoint) }
  }

  static let sharedFolder = Array("shared".utf8)

  /// A name that no node may ever see.
  func secretName(_ name: String) -> String { "\(name) \(Hex.encode(search.marker))" }

  /// Notes that something is not as it must be.
  func report(_ violation: String) {
    trace.note("VIOLATION \(violation)")
    violations.append(violation)
  }

  /// Waits for a time that is drawn.
  func pause(secondsMax: Int) async {
    try? await timeline.sleep(for: .milliseconds(generator.number(in: 1...secondsMax * 1_000)))
  }
}

extension SimulationOptions {
  /// The same world without faults in its network.
  var calm: SimulationOptions {
    var calm = SimulationOptions()
    calm.latencyMillisecondsMax = latencyMillisecondsMax
    return calm
  }
}
