import StorageNode
import VaultCrypto
import VaultEncoding
import VaultEnvironment
import VaultSync

/// A real `NodeService` on a simulated machine that crashes, comes back, and may lose its disk.
///
/// `@unchecked Sendable`: everything of one simulation runs on the executor's one thread.
final class SimulatedNode: @unchecked Sendable {
  private static let folder = DiskPath("/node")

  let number: Int
  let medium: SimulatedDisk
  let clock: MachineClock
  private(set) var service: NodeService?
  /// Lies in the place of the service, until the quiet phase.
  var evil: EvilNode?
  /// Whether its disk was lost: what it had stored is gone.
  private(set) var hasLostDisk = false
  /// Changes with every start: a message that was under way meets a node that does not know it.
  private(set) var startCount = 0

  private let key: SigningKey
  private let record: NodeRecord
  private let randomness: SeededRandomness
  private let planted: PlantedFault

  init(number: Int, seed: UInt64, timeline: SimulatedTimeline, planted: PlantedFault) throws {
    self.number = number
    self.planted = planted
    medium = SimulatedDisk(seed: seed)
    clock = MachineClock(timeline)
    randomness = SeededRandomness(seed: seed &+ 1)
    var generator = SeededGenerator(seed: seed &+ 2)
    key = SigningKey.generate(using: &generator)
    record = try NodeRecord(
      NodeRecord.Facts(
        sequence: 1, addresses: ["https://node\(number).example:7400"], publicKeyHash: .zero,
        certificate: generator.bytes(300), region: nil, operatorName: nil,
        notBeforeSeconds: 0, expiresSeconds: nil), by: key)
  }

  var did: DID { key.did }
  var isUp: Bool { service != nil && !medium.isOff }

  /// Starts the machine: what was not durable is gone, what was is there.
  func start() throws {
    medium.faults = SimulatedFaults()
    let environment = Environment(
      clock: clock, randomness: randomness,
      disk: DurableDisk(planted.nodeCalls(medium.startCalls())), network: NoNetwork())
    service = try NodeService(
      folder: Self.folder, key: key, record: record, capacityBytes: 1 << 34,
      environment: environment)
    startCount += 1
  }

  /// Cuts the power now.
  func stop() {
    medium.cutPower()
    service = nil
  }

  /// Takes the whole disk away; the machine comes back with its key and nothing else.
  func loseDisk() {
    stop()
    medium.wipe()
    hasLostDisk = true
  }

  /// An invitation for the vault.
  func invite() throws -> Invitation {
    guard let service else { throw SimulationError("node \(number) is down") }
    return try service.invite(quotaBytes: 1 << 30)
  }

  /// The answer to a request, or nil when the machine stops on the way.
  func answer(_ request: NetworkRequest) -> NetworkResponse? {
    guard isUp, let service else { return nil }
    guard let asked = NodeRequest(request) else {
      return NetworkResponse(status: 404)
    }
    let answer =
      evil?.answer(asked, from: service) ?? planted.answer(number, asked, service)
    planted.afterAnswer(number, asked, medium)
    guard !medium.isOff else {
      self.service = nil
      return nil
    }
    return NetworkResponse(answer)
  }
}

/// The simulation itself cannot go on.
struct SimulationError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
