import Freehold
import VaultCrypto
import VaultEncoding
import VaultEnvironment

/// A real `Vault` on a simulated machine, and what it should hold.
///
/// `@unchecked Sendable`: everything of one simulation runs on the executor's one thread.
final class SimulatedDevice: @unchecked Sendable {
  let number: Int
  let medium: SimulatedDisk
  let clock: MachineClock
  private(set) var vault: Vault?
  private(set) var startCount = 0
  /// What this device's own folder held after each of its changes; the last is how it is now.
  private(set) var history: [DeviceModel] = [DeviceModel()]
  /// The newest of those that a sync has acknowledged.
  var acknowledged = 0
  /// Whether its home turned out to be a copy, and no sync has ended since.
  var isRenewed = false
  /// Whether it never comes back, or must not.
  var isLost = false
  /// Whether it is somebody else's, who has one folder of the vault.
  let isGuest: Bool
  /// The home as it was.
  var oldHome: OldHome?
  /// How many changes it has made where others change too.
  var sharedCount = 0

  /// A copy of a home.
  struct OldHome {
    let copy: SimulatedDisk.Copy
    /// How many changes the device had made then, and how many where others change too.
    let state: Int
    let sharedCount: Int
    /// Whether the device changes nothing but the guest's folder until the copy is put back.
    let leavesOwn: Bool
  }

  private let network: SimulatedNetwork
  private let planted: PlantedFault
  private let randomness: SeededRandomness
  private var did: DID?
  private var scope: ScopeID?

  init(
    number: Int, seed: UInt64, timeline: SimulatedTimeline, network: SimulatedNetwork,
    planted: PlantedFault, isGuest: Bool = false
  ) {
    self.number = number
    self.isGuest = isGuest
    self.network = network
    self.planted = planted
    medium = SimulatedDisk(seed: seed)
    clock = MachineClock(timeline)
    randomness = SeededRandomness(seed: seed &+ 1)
  }

  var model: DeviceModel { history[history.count - 1] }
  /// The name of the folder that only this device changes.
  var folderName: [UInt8] { Array("own-\(number)".utf8) }

  /// Notes how the own folder is from now on.
  func note(_ model: DeviceModel) {
    if model != self.model { history.append(model) }
  }

  /// The home as the machine sees it after a new start.
  func startHome() -> Home {
    medium.faults = SimulatedFaults()
    startCount += 1
    let environment = Environment(
      clock: clock, randomness: randomness,
      disk: DurableDisk(planted.deviceCalls(medium.startCalls())),
      network: DeviceNetwork(network: network, device: self, start: startCount))
    return Home(DiskPath("/home"), environment: environment)
  }

  /// Takes a vault that was made or joined here, or the one folder of it that a guest has.
  func adopt(_ vault: Vault, scope: ScopeID? = nil) {
    self.vault = vault
    self.scope = scope
    did = vault.did
  }

  /// Starts the machine again, whether it is on or off: what was not durable is gone.
  func restart() throws {
    vault = nil
    guard let did else { throw SimulationError("device \(number) has no vault yet") }
    vault = try Vault.open(did, scope: scope, in: startHome(), unlock: .unsealed)
  }

  /// Cuts the power now.
  func stop() { medium.cutPower() }

  /// Lets go of the vault, which knows the network, which knows this device.
  func end() { vault = nil }
}
