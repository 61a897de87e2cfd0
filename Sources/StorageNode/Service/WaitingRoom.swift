import Synchronization
import VaultEncoding
import VaultSync

/// Requests that wait until a vault changes.
///
/// A seat costs some hundred bytes and no thread. There are so many seats for one vault and so
/// many in all; whoever finds none is told to come later. Each seat is told one thing once: the
/// vault's new digest, that its time is over, or that the node stops.
final class WaitingRoom: Sendable {
  private struct State {
    var seats: [DID: [UInt64: WaitingSeat]] = [:]
    var count = 0
    var nextNumber: UInt64 = 0
    var isClosed = false
  }

  private let seatsMax: Int
  private let perVaultMax: Int
  private let state = Mutex(State())

  init(seatsMax: Int, perVaultMax: Int) {
    self.seatsMax = seatsMax
    self.perVaultMax = perVaultMax
  }

  /// How many wait.
  var count: Int { state.withLock { $0.count } }

  /// Takes a seat, which its holder leaves again whatever happens.
  ///
  /// It hears of content digests other than `digest`, over the scopes that its holder reaches.
  func enter(
    for vault: DID, believing digest: Bytes32, reaches: @escaping @Sendable (ScopeID) -> Bool
  ) throws -> WaitingSeat {
    try state.withLock { state in
      guard !state.isClosed else { throw NodeRefusal.stopping("the node is draining") }
      guard state.count < seatsMax, state.seats[vault, default: [:]].count < perVaultMax else {
        throw NodeRefusal.slowDown(afterSeconds: 30, "too many wait for changes")
      }
      state.nextNumber += 1
      let seat = WaitingSeat(
        vault: vault, number: state.nextNumber, digest: digest, reaches: reaches)
      state.seats[vault, default: [:]][seat.number] = seat
      state.count += 1
      return seat
    }
  }

  /// Gives a seat back.
  ///
  /// Calling it again does nothing.
  func leave(_ seat: WaitingSeat) {
    state.withLock { state in
      guard state.seats[seat.vault]?.removeValue(forKey: seat.number) != nil else { return }
      state.count -= 1
      if state.seats[seat.vault]?.isEmpty ?? false { state.seats[seat.vault] = nil }
    }
  }

  /// Tells those who wait for a vault what it holds now.
  func tell(_ vault: DID, holds summary: StateSummary) {
    let seats = state.withLock { Array($0.seats[vault, default: [:]].values) }
    for seat in seats {
      let digest = summary.limited(to: seat.reaches).contentDigest
      if digest != seat.digest { seat.tell(.changed(digest)) }
    }
  }

  /// Sends everybody away, and lets nobody in any more.
  func close() {
    let seats = state.withLock { state in
      state.isClosed = true
      return state.seats.values.flatMap(\.values)
    }
    for seat in seats { seat.tell(.stopping) }
  }
}

/// The place of one request that waits.
final class WaitingSeat: Sendable {
  /// Why the wait is over.
  enum End: Sendable, Hashable {
    case changed(Bytes32)
    case timeIsOver
    case stopping
  }

  private struct State {
    var end: End?
    var waiting: CheckedContinuation<End, Never>?
  }

  let vault: DID
  let number: UInt64
  /// What its holder believes the vault's digest to be.
  let digest: Bytes32
  /// Which scopes its holder may know of.
  let reaches: @Sendable (ScopeID) -> Bool
  private let state = Mutex(State())

  init(
    vault: DID, number: UInt64, digest: Bytes32,
    reaches: @escaping @Sendable (ScopeID) -> Bool
  ) {
    self.vault = vault
    self.number = number
    self.digest = digest
    self.reaches = reaches
  }

  /// Ends the wait; what comes later is not heard.
  func tell(_ end: End) {
    let waiting = state.withLock { state -> CheckedContinuation<End, Never>? in
      guard state.end == nil else { return nil }
      state.end = end
      defer { state.waiting = nil }
      return state.waiting
    }
    waiting?.resume(returning: end)
  }

  /// Waits for the end; only the holder does.
  func end() async -> End {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let end = state.withLock { state in
          if state.end == nil { state.waiting = continuation }
          return state.end
        }
        if let end { continuation.resume(returning: end) }
      }
    } onCancel: {
      tell(.timeIsOver)
    }
  }
}
