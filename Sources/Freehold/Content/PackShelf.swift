import Synchronization
import VaultEncoding
import VaultStore

// The parts of packs that several readers are working through.
//
// The idea: neighbours in a folder mostly lie in one pack, one after the other, so a pack is
// fetched in windows of 4 MiB, and a window is kept until everything that was wanted of it has been
// read. One reader fetches while another still opens chunks of the window before. Windows lie on a
// grid, so that a node learns nothing about where chunks begin. Of a window of which little is
// wanted only the chunks are fetched.
//
// A pack that is spread over several nodes is one window: when a node with a part of it is gone,
// the part is rebuilt from the others, and that costs no more only when all of them are read.
//
// Example, two readers: the first fetches window 1 and reads its files; the second asks for window
// 2 meanwhile; a third that wants window 2 too waits for it instead of fetching it again.
//
// Invariant: no more is kept, beside what is being fetched, than `windowsMax` and `keptBytesMax`
// allow.

/// Windows of packs for a while, shared by the readers of one run.
final class PackShelf: Sendable {
  /// How much of a window is worth fetching whole when so many bytes of it are wanted.
  private static let wholeShare = 0.3
  private static let windowBytes = 4 << 20
  /// One for each reader, and the one that a chunk of it reaches into.
  private static let windowsMax = 6
  /// Of whole packs, one for each reader.
  private static let keptBytesMax = 48 << 20

  private struct Window: Hashable {
    var pack: Bytes32
    var number: Int
  }

  private enum Slot {
    case loading([CheckedContinuation<Void, Never>])
    case ready([UInt8])
  }

  private struct State {
    /// Bytes of each window that are still to be read.
    var wanted: [Window: Int] = [:]
    var slots: [Window: Slot] = [:]
    /// Windows that are ready, the one that was used last at the end.
    var order: [Window] = []
    var keptBytes = 0
    var records: [Bytes32: PackRecord] = [:]
    var trouble = PackFetcher.Trouble()

    mutating func drop(_ window: Window) {
      guard case .ready(let bytes) = slots[window] else { return }
      slots[window] = nil
      keptBytes -= bytes.count
      order.removeAll { $0 == window }
    }

    mutating func keep(_ bytes: [UInt8], as window: Window) {
      slots[window] = .ready(bytes)
      order.append(window)
      keptBytes += bytes.count
      while order.count > PackShelf.windowsMax || keptBytes > PackShelf.keptBytesMax,
        order.count > 1
      {
        drop(order[0])
      }
    }

    mutating func use(_ window: Window) {
      guard order.last != window else { return }
      order.removeAll { $0 == window }
      order.append(window)
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
    for case .data(let chunk) in extents {
      // Without a record there is nothing to fetch: reading says so.
      guard let record = try? record(of: chunk.location.pack) else { continue }
      state.withLock { state in
        for (window, part) in Self.parts(of: chunk.location, record) {
          state.wanted[window, default: 0] += part.count
        }
      }
    }
  }

  /// Tells that a chunk was read, or will not be.
  func isDone(with chunk: ChunkReference) {
    guard let record = try? record(of: chunk.location.pack) else { return }
    state.withLock { state in
      for (window, part) in Self.parts(of: chunk.location, record) {
        guard let wanted = state.wanted[window] else { continue }
        state.wanted[window] = wanted > part.count ? wanted - part.count : nil
        if wanted <= part.count { state.drop(window) }
      }
    }
  }

  /// A chunk's bytes as they came: that they are what its manifest names is the reader's to check.
  ///
  /// Nil when too little of what is around them is wanted to fetch it too.
  func bytes(of chunk: ChunkReference) async throws -> ArraySlice<UInt8>? {
    let record = try self.record(of: chunk.location.pack)
    let parts = Self.parts(of: chunk.location, record)
    if parts.count == 1 {
      return try await bytes(of: parts[0].window, record)?[checked: parts[0].part]
    }
    var joined: [UInt8] = []
    joined.reserveCapacity(parts.isEmpty ? 0 : chunk.location.length)
    for (window, part) in parts {
      guard let bytes = try await bytes(of: window, record)?[checked: part] else { return nil }
      joined += bytes
    }
    return joined.isEmpty ? nil : joined[...]
  }

  /// A chunk's own range, from nodes whose answers pass the check.
  func range(of chunk: ChunkReference, check: ([UInt8]) -> Bool) async throws {
    let name = chunk.location.pack
    _ = try await fetch(chunk.location.range, of: name, try record(of: name), check: check)
  }

  /// Forgets a pack that is not what it should be.
  func drop(_ pack: Bytes32) {
    state.withLock { state in
      for window in state.wanted.keys where window.pack == pack { state.wanted[window] = nil }
      for window in state.order where window.pack == pack { state.drop(window) }
    }
  }

  // MARK: Windows

  /// The windows that a chunk lies in, and which part of each; none for a chunk outside its pack.
  private static func parts(
    of location: ChunkLocation, _ record: PackRecord
  ) -> [(window: Window, part: Range<Int>)] {
    let range = location.range
    guard !range.isEmpty, range.lowerBound >= 0, range.upperBound <= record.packBytes else {
      return []
    }
    let length = Self.length(record)
    return (range.lowerBound / length...(range.upperBound - 1) / length).map { number in
      let start = number * length
      let part = range.clamped(to: start..<(start + length))
      return (
        Window(pack: location.pack, number: number),
        part.lowerBound - start..<part.upperBound - start
      )
    }
  }

  private static func length(_ record: PackRecord) -> Int {
    record.needed == 1 ? windowBytes : max(1, record.packBytes)
  }

  private static func range(of window: Window, _ record: PackRecord) -> Range<Int> {
    let start = window.number * length(record)
    return start..<min(record.packBytes, start + length(record))
  }

  private func bytes(of window: Window, _ record: PackRecord) async throws -> [UInt8]? {
    let range = Self.range(of: window, record)
    while true {
      switch look(for: window, windowBytes: range.count) {
      case .here(let bytes): return bytes
      case .notWorthIt: return nil
      case .wait:
        await withCheckedContinuation { wait(for: window, $0) }
      case .fetch:
        do {
          let bytes = try await fetch(range, of: window.pack, record) { _ in true }
          put(window, bytes)
          return bytes
        } catch {
          put(window, nil)
          throw error
        }
      }
    }
  }

  private enum Found {
    case here([UInt8])
    case wait, fetch, notWorthIt
  }

  private func look(for window: Window, windowBytes: Int) -> Found {
    state.withLock { state in
      switch state.slots[window] {
      case .ready(let bytes):
        state.use(window)
        return .here(bytes)
      case .loading: return .wait
      case nil:
        let share = Double(state.wanted[window] ?? 0) / Double(max(1, windowBytes))
        guard share >= Self.wholeShare else { return .notWorthIt }
        state.slots[window] = .loading([])
        return .fetch
      }
    }
  }

  private func wait(for window: Window, _ continuation: CheckedContinuation<Void, Never>) {
    let isWaiting = state.withLock { state in
      guard case .loading(var waiting) = state.slots[window] else { return false }
      waiting.append(continuation)
      state.slots[window] = .loading(waiting)
      return true
    }
    if !isWaiting { continuation.resume() }
  }

  /// Ends the fetching of a window and wakes those who wait for it.
  private func put(_ window: Window, _ bytes: [UInt8]?) {
    let waiting = state.withLock { state -> [CheckedContinuation<Void, Never>] in
      guard case .loading(let waiting) = state.slots.removeValue(forKey: window) else { return [] }
      if let bytes { state.keep(bytes, as: window) }
      return waiting
    }
    for continuation in waiting { continuation.resume() }
  }

  private func record(of pack: Bytes32) throws -> PackRecord {
    if let known = state.withLock({ $0.records[pack] }) { return known }
    guard let record = record(pack) else {
      throw FreeholdError(.tampered, "no device has said where pack \(pack.hex.prefix(12)) lies")
    }
    state.withLock { $0.records[pack] = record }
    return record
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

extension [UInt8] {
  /// A part of bytes that came from outside; nil when they are too few.
  fileprivate subscript(checked range: Range<Int>) -> ArraySlice<UInt8>? {
    range.upperBound <= count ? self[range] : nil
  }
}
