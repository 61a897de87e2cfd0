import VaultCrypto
import VaultPacking

/// The child tasks of one push: batches are sealed and packs are sent while files are read.
///
/// Bounded: whoever submits waits while too much is under way, so that memory does not grow with
/// what is pushed.
struct IntakeLine {
  /// What a child task has done.
  enum Done: Sendable {
    case sealed(number: Int, outcomes: [ChunkSealer.Outcome])
    case sent(PackSender.Sent)
  }

  typealias Group = ThrowingTaskGroup<Done, any Error>

  /// One batch for each core, and one that waits.
  private static let sealingMax = 3
  /// One pack on the wire while the next one is hashed.
  private static let sendingMax = 2

  private let intake: ContentIntake
  private let sealer: ChunkSealer
  private let sender: PackSender?
  private var given = 0
  private var taken = 0
  private var early: [Int: [ChunkSealer.Outcome]] = [:]
  private var sending = 0

  /// A line for one push; without a sender packs are stored on this device.
  init(_ tools: IntakeTools, sender: PackSender?) {
    intake = tools.intake
    sealer = tools.sealer
    self.sender = sender
  }

  /// Gives full batches to child tasks, takes back what is done, and waits while too much is under
  /// way.
  mutating func advance(in group: inout Group, for vault: isolated Vault) async throws {
    give(isLast: false, to: &group)
    while given - taken > Self.sealingMax || sending >= Self.sendingMax {
      guard let done = try await group.next() else { return }
      try take(done, in: &group, for: vault)
    }
  }

  /// Seals and stores everything that was read.
  mutating func finish(in group: inout Group, for vault: isolated Vault) async throws {
    give(isLast: true, to: &group)
    while given > taken, let done = try await group.next() {
      try take(done, in: &group, for: vault)
    }
    try intake.close()
    try handOut(to: &group, for: vault)
    while sending > 0, let done = try await group.next() {
      try take(done, in: &group, for: vault)
    }
  }

  private mutating func give(isLast: Bool, to group: inout Group) {
    while let (batch, seed) = intake.takeBatch(isLast: isLast) {
      let (number, sealer) = (given, sealer)
      given += 1
      group.addTask {
        .sealed(number: number, outcomes: try sealer.seal(batch, seed: seed))
      }
    }
  }

  /// Batches are accepted in the order in which they were given.
  private mutating func take(
    _ done: Done, in group: inout Group, for vault: isolated Vault
  ) throws {
    switch done {
    case .sealed(let number, let outcomes):
      early[number] = outcomes
      while let next = early.removeValue(forKey: taken) {
        taken += 1
        try intake.accept(next)
      }
      try handOut(to: &group, for: vault)
    case .sent(let sent):
      sending -= 1
      try vault.store(sent)
      intake.settle(sent.packed)
    }
  }

  private mutating func handOut(to group: inout Group, for vault: isolated Vault) throws {
    for packed in intake.takePacked() {
      if let sender {
        sending += 1
        group.addTask { .sent(try await sender.send(packed)) }
      } else {
        try vault.store(packed)
        intake.settle(packed)
      }
    }
  }
}
