/// How rough a simulation is.
///
/// Drawn from the seed unless given, and printed with it.
///
/// Likelihoods are in thousandths: of requests for what happens to messages, of steps for what
/// happens to machines. Many are 0 in many runs: a fault that is rare in every run hides behind
/// those that are common (swarm testing).
public struct SimulationOptions: Sendable, Hashable {
  /// How many devices the owner has.
  public var deviceCount = 1
  /// How many nodes the vault has.
  public var nodeCount = 3
  /// How many steps each device takes before the quiet phase.
  public var stepCount = 12
  /// The longest file that is usual.
  public var fileBytesMax = 3_000
  /// Files longer than a chunk, in thousandths of writes.
  public var longFiles = 0
  /// The longest way of a message, in milliseconds.
  public var latencyMillisecondsMax = 50

  /// Requests that never arrive.
  public var requestLoss = 0
  /// Answers that never arrive, although the node acted.
  public var answerLoss = 0
  /// Requests that arrive twice.
  public var duplication = 0
  /// Requests that arrive long after the client has given up.
  public var lateness = 0
  /// Connections that break in the middle.
  public var breakage = 0
  /// Connections on which somebody shows another certificate.
  public var interception = 0

  /// Steps at which a device and a node lose sight of each other for a while.
  public var partition = 0
  /// Steps at which a node loses its power.
  public var nodeCrash = 0
  /// Steps at which a device loses its power.
  public var deviceCrash = 0
  /// Steps at which a disk fails or is full.
  public var diskFailure = 0
  /// How far clocks may be off, in seconds.
  public var clockErrorSecondsMax = 0
  /// Whether one node loses its whole disk in the course of the run.
  public var losesNodeDisk = false
  /// Whether the last device is lost for ever before the quiet phase.
  public var losesDevice = false
  /// Whether the lost device is revoked, and goes on in somebody's hands.
  public var revokesLost = false
  /// Whether the last device joins in the middle of the run.
  public var joinsLate = false
  /// How often the first device writes one file anew before anything else.
  public var rewriteCount = 0
  /// Whether the second device makes all its changes without a sync until the quiet phase.
  public var staysAway = false
  /// Whether a device's home is put back from an old copy in the middle of the run.
  public var losesTime = false
  /// How many days nothing happens before the quiet phase.
  public var pauseDays = 0
  /// How one node lies until the quiet phase.
  public var lie: EvilNode.Lie?
  /// What somebody else may do in a folder of the vault, with a machine of their own.
  public var guest: GuestRight?
  /// Whether that folder is shared in the middle of the run.
  public var sharesLate = false
  /// Whether the second device shares it too, whether or not it has heard of that.
  public var sharesTwice = false
  /// Whether it is taken back before the end, and the guest goes on.
  public var revokesGuest = false

  /// What a guest may do.
  public enum GuestRight: String, Sendable, Hashable {
    /// Read the folder.
    case read
    /// Write in it too.
    case write
    /// Write in a folder of its own inside, and nowhere else.
    case writeOwn
  }

  /// No faults: one device, three nodes.
  public init() {}

  /// Options for a seed.
  public static func drawn(for seed: UInt64) -> SimulationOptions {
    var generator = SeededGenerator(seed: seed ^ 0x6f70_7469_6f6e_7321)
    var options = SimulationOptions()
    // Most runs are small, so that there are many; a few are large.
    let isLarge = generator.happens(onceIn: 10)
    options.deviceCount = isLarge ? generator.number(in: 2...5) : generator.number(in: 1...3)
    options.nodeCount = generator.number(in: isLarge ? 2...5 : 2...3)
    options.stepCount = generator.number(in: isLarge ? 8...18 : 4...10)
    func sometimes(_ most: Int) -> Int {
      generator.happens(onceIn: 2) ? generator.number(in: 1...most) : 0
    }
    // Short contents lie in their manifests, longer ones in packs on the nodes.
    options.fileBytesMax = generator.happens(onceIn: 2) ? 3_000 : 12_000
    options.longFiles = generator.happens(onceIn: 12) ? 60 : 0
    options.latencyMillisecondsMax = generator.number(in: 1...400)
    options.requestLoss = sometimes(200)
    options.answerLoss = sometimes(200)
    options.duplication = sometimes(300)
    options.lateness = sometimes(150)
    options.breakage = sometimes(150)
    options.interception = generator.happens(onceIn: 6) ? 30 : 0
    options.partition = sometimes(150)
    options.nodeCrash = sometimes(150)
    options.deviceCrash = sometimes(150)
    options.diskFailure = sometimes(250)
    if generator.happens(onceIn: 3) { options.clockErrorSecondsMax = 25 }
    if generator.happens(onceIn: 8) { options.clockErrorSecondsMax = 366 * 86_400 }
    if generator.happens(onceIn: 6) {
      options.losesNodeDisk = true
    } else if generator.happens(onceIn: 2) {
      let lies = EvilNode.Lie.allCases
      options.lie = lies[generator.number(in: 0...(lies.count - 1))]
    }
    options.losesDevice = options.deviceCount > 1 && generator.happens(onceIn: 4)
    options.joinsLate = options.deviceCount > 1 && generator.happens(onceIn: 3)
    options.staysAway = options.deviceCount > 1 && generator.happens(onceIn: 6)
    options.losesTime = generator.happens(onceIn: 6)
    if generator.happens(onceIn: 6) { options.pauseDays = generator.number(in: 30...700) }
    if generator.happens(onceIn: 12) { options.rewriteCount = generator.number(in: 30...90) }
    options.revokesLost = options.losesDevice && generator.happens(onceIn: 2)
    if options.lie?.isAboutCheckpoints == true { options.letNewcomerAskForCheckpoint() }
    if generator.happens(onceIn: 4) {
      options.guest = generator.happens(onceIn: 3) ? .read : .write
      options.sharesLate = generator.happens(onceIn: 2)
      options.revokesGuest = generator.happens(onceIn: 2)
      if options.guest == .write, generator.happens(onceIn: 3) { options.guest = .writeOwn }
      options.sharesTwice =
        options.sharesLate && options.deviceCount > 1 && generator.happens(onceIn: 2)
    }
    return options
  }

  /// Makes the history long enough for a checkpoint when the last device joins: until then there is
  /// nothing to lie about.
  private mutating func letNewcomerAskForCheckpoint() {
    deviceCount = max(2, deviceCount)
    joinsLate = true
    rewriteCount = 60
    requestLoss /= 4
    answerLoss /= 4
    breakage /= 4
  }
}

extension SimulationOptions: CustomStringConvertible {
  /// Everything that is not as in a calm run, on one line.
  public var description: String {
    let calm = Mirror(reflecting: SimulationOptions()).children.map { "\($0.value)" }
    let own = Mirror(reflecting: self).children.map { ($0.label ?? "", "\($0.value)") }
    return zip(own, calm).filter { $0.0.1 != $0.1 }.map { "\($0.0.0)=\($0.0.1)" }
      .joined(separator: " ")
  }
}
