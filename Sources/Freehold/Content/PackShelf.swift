import Synchronization
import VaultEncoding
import VaultStore

// The packs that several readers are working through.
//
// The idea: neighbours in a folder mostly lie in one pack, so a pack of which much is wanted is
// fetched once, whole, and kept until everything that was wanted of it has been read. One reader
// fetches while another still opens chunks of the pack before. Of a pack of which little is wanted
// only the ranges are fetched.
//
// Example, two readers: the first fetches pack 1 and reads its files; the second asks for pack 2
// meanwhile; a third that wants pack 2 too waits for it instead of fetching it again.
//
// Invariant: at most `packsMax` packs are kept beside those that are being fetched.

/// Whole packs for a while, shared by the readers of one run.
final class PackShelf: Sendable {
  /// How much of a pack is worth fetching whole when so many bytes of it are wanted.
  private static let wholePackShare = 0.3
  private static let packsMax = 3

  private enum Slot {
    case loading([CheckedContinuation<Void, Never>])
    case ready([UInt8])
  }

  private struct State {
    /// Bytes of each pack that are still to be read.
    var wanted: [Bytes32: Int] = [:]
    var slots: [Bytes32: Slot] = [:]
    /// Packs that are ready, the oldest first.
    var order: [Bytes32] = []
    var trouble = PackFetcher.Trouble()

    mutating func drop(_ name: Bytes32) {
      guard case .ready = slots[name] else { return }
      slots[name] = nil
      order.removeAll { $0 == name }
    }
  }

  private let fetcher: PackFetcher
  private let record: @Sendable (Bytes32) -> PackRecord?
  private let state = Mutex(State())

  init(fetcher: PackFetcher, record: @escaping @Sendable (Bytes32) -> PackRecord?) {
    self.fetcher = fetcher
    self.record = record
  }

  /// What went wrong on the way.
  var trouble: PackFetcher.Trouble { state.withLock { $0.trouble } }

  /// Tells beforehand that chunks will be read.
  func expect(_ extents: [Manifest.Extent]) {
    state.withLock { state in
      for case .data(let chunk) in extents {
        state.wanted[chunk.location.pack, default: 0] += chunk.location.length
      }
    }
  }

  /// Tells that a chunk was read, or will not be.
  func isDone(with chunk: ChunkReference) {
    let pack = chunk.location.pack
    state.withLock { state in
      guard let wanted = state.wanted[pack] else { return }
      state.wanted[pack] = wanted > chunk.location.length ? wanted - chunk.location.length : nil
      if state.wanted[pack] == nil { state.drop(pack) }
    }
  }

  /// A pack's bytes as they came: that each chunk is what its manifest names is the reader's to
  /// check.
  ///
  /// Nil when too little of it is wanted to fetch all of it.
  func pack(_ name: Bytes32) async throws -> [UInt8]? {
    let record = try self.record(of: name)
    while true {
      switch look(for: name, packBytes: record.packBytes) {
      case .here(let bytes): return bytes
      case .notWorthIt: return nil
      case .wait:
        await withCheckedContinuation { wait(for: name, $0) }
      case .fetch:
        do {
          let bytes = try await fetch(0..<record.packBytes, of: name, record) { _ in true }
          put(name, bytes)
          return bytes
        } catch {
          put(name, nil)
          throw error
        }
      }
    }
  }

  /// A chunk's own range, from nodes whose answers pass the check.
  func range(of chunk: ChunkReference, check: ([UInt8]) -> Bool) async throws {
    let name = chunk.location.pack
    _ = try await fetch(chunk.location.range, of: name, try record(of: name), check: check)
  }

  /// Forgets a pack that is not what it should be.
  func drop(_ name: Bytes32) {
    state.withLock { state in
      state.wanted[name] = nil
      state.drop(name)
    }
  }

  // MARK: Steps

  private enum Found {
    case here([UInt8])
    case wait, fetch, notWorthIt
  }

  private func look(for name: Bytes32, packBytes: Int) -> Found {
    state.withLock { state in
      switch state.slots[name] {
      case .ready(let bytes): return .here(bytes)
      case .loading: return .wait
      case nil:
        let share = Double(state.wanted[name] ?? 0) / Double(max(1, packBytes))
        guard share >= Self.wholePackShare else { return .notWorthIt }
        state.slots[name] = .loading([])
        return .fetch
      }
    }
  }

  private func wait(for name: Bytes32, _ continuation: CheckedContinuation<Void, Never>) {
    let isWaiting = state.withLock { state in
      guard case .loading(var waiting) = state.slots[name] else { return false }
      waiting.append(continuation)
      state.slots[name] = .loading(waiting)
      return true
    }
    if !isWaiting { continuation.resume() }
  }

  /// Ends the fetching of a pack and wakes those who wait for it.
  private func put(_ name: Bytes32, _ bytes: [UInt8]?) {
    let waiting = state.withLock { state -> [CheckedContinuation<Void, Never>] in
      guard case .loading(let waiting) = state.slots.removeValue(forKey: name) else { return [] }
      if let bytes {
        state.slots[name] = .ready(bytes)
        state.order.append(name)
        if state.order.count > Self.packsMax { state.drop(state.order[0]) }
      }
      return waiting
    }
    for continuation in waiting { continuation.resume() }
  }

  private func record(of name: Bytes32) throws -> PackRecord {
    if let record = record(name) { return record }
    throw FreeholdError(.tampered, "no device has said where pack \(name.hex.prefix(12)) lies")
  }

  private func fetch(
    _ range: Range<Int>, of name: Bytes32, _ record: PackRecord, check: ([UInt8]) -> Bool
  ) async throws -> [UInt8] {
    var trouble = PackFetcher.Trouble()
    defer {
      state.withLock { state in
        state.trouble.guilty.formUnion(trouble.guilty)
        state.trouble.silent.formUnion(trouble.silent)
      }
    }
    return try await fetcher.read(range, of: name, record: record, into: &trouble, check: check)
  }
}
