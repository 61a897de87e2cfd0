/// Everything outside the process that the vault may touch: time, chance, files and other hosts.
///
/// It is handed down through initialisers and never looked up. With seeded values in it, one seed
/// reproduces one run.
public struct Environment: Sendable {
  /// Tells and passes the time.
  public var clock: any VaultClock
  /// Draws random bytes.
  public var randomness: any Randomness
  /// Keeps the files of a vault's home or of a node's data folder.
  public var disk: any Disk
  /// Reaches storage nodes.
  public var network: any Network

  /// Puts the four together.
  public init(
    clock: any VaultClock, randomness: any Randomness, disk: any Disk, network: any Network
  ) {
    self.clock = clock
    self.randomness = randomness
    self.disk = disk
    self.network = network
  }

  /// The real clock, kernel randomness and files of this machine, with the given network.
  public static func live(network: any Network = NoNetwork()) -> Environment {
    Environment(
      clock: LiveClock(), randomness: LiveRandomness(), disk: DurableDisk.live(), network: network)
  }

  /// A generator for the functions of the lower layers, which draw only from a parameter.
  public func makeGenerator() -> RandomnessGenerator {
    RandomnessGenerator(drawingFrom: randomness)
  }
}
