import VaultCrypto
import VaultEncoding
import VaultPacking
import VaultSealing
import VaultStore

// From plain chunks to manifests.
//
// The idea: files are read one after the other; their chunks gather in batches; batches are hashed,
// compressed and sealed by child tasks on every core; what comes back, in order, fills packs; full
// packs are handed out to be stored; a file is finished when the packs of all its chunks are
// stored. So reading, sealing and storing overlap, and what is held in memory is a few batches,
// one open pack and the packs that are being stored, however long a file is.
//
// Example: file A has chunks a1 a2, file B has b1, and a pack ends after a2. When that pack is
// settled, A is finished and its manifest goes out; B waits for the next pack.
//
// Invariant: a manifest is handed out only after every pack that it names was settled.

/// Gathers the content of files into packs; one for each push.
final class ContentIntake {
  /// A file whose content is taken in, and its manifest.
  struct Finished {
    var file: Int
    var manifest: Manifest
  }

  /// A new chunk of a finished pack, for the local index.
  struct Placed: Sendable {
    var token: ChunkToken
    var chunk: KnownChunk
    var plainBytes: Int
  }

  /// A full pack, to be stored and then settled.
  struct Packed: Sendable {
    let pack: FilledPack<Int>
    /// Its new chunks, in the order in which they lie.
    let placed: [Placed]
  }

  /// A class, because a file may have very many extents and gets them one by one.
  private final class OpenFile {
    var extents: [Manifest.Extent?] = []
    var missing = 0
    var isComplete = false
    var sizeBytes = 0
  }

  private struct Ticket {
    var reference: ChunkReference
    var token: ChunkToken
    var waiters: [(file: Int, extent: Int)]
  }

  private let epoch: UInt64
  private var filler = PackFiller<Int>()
  private var random: KeyedGenerator
  private var files: [Int: OpenFile] = [:]
  private var fileCount = 0
  private var tickets: [Int: Ticket] = [:]
  private var ticketOf: [ChunkToken: Int] = [:]
  private var ticketCount = 0
  private var batch: [ChunkSealer.Plain] = []
  private var batchBytes = 0
  private var packed: [Packed] = []
  private var finished: [Finished] = []

  /// A batch large enough that a task costs nothing beside it.
  static let batchBytesMax = 2 << 20

  /// Starts a push.
  init(epoch: UInt64, seed: SecretBytes) {
    self.epoch = epoch
    random = KeyedGenerator(seed: seed)
  }

  /// Begins a file; its number names it in what follows.
  func begin() -> Int {
    fileCount += 1
    files[fileCount] = OpenFile()
    return fileCount
  }

  /// Adds a chunk to a file.
  func add(_ bytes: [UInt8], to file: Int) {
    guard !bytes.isEmpty, let open = files[file] else { return }
    batch.append(ChunkSealer.Plain(file: file, extent: open.extents.count, bytes: bytes))
    batchBytes += bytes.count
    open.extents.append(nil)
    open.missing += 1
    open.sizeBytes += bytes.count
  }

  /// Adds a run of zeros to a file.
  func addHole(_ length: Int, to file: Int) {
    guard length > 0, let open = files[file] else { return }
    open.extents.append(.hole(length))
    open.sizeBytes += length
  }

  /// Ends a file.
  func end(_ file: Int) {
    files[file]?.isComplete = true
    finishIfDone(file)
  }

  /// Forgets a file that changed while it was read; its chunks stay where they are.
  func abandon(_ file: Int) {
    files[file] = nil
  }

  /// A full batch to seal, or whatever there is when `isLast`.
  func takeBatch(isLast: Bool) -> (batch: [ChunkSealer.Plain], seed: SecretBytes)? {
    guard !batch.isEmpty, isLast || batchBytes >= Self.batchBytesMax else { return nil }
    let taken = batch
    batch = []
    batchBytes = 0
    return (taken, SecretBytes(random.nextBytes(32)))
  }

  /// Takes a sealed batch back; batches come in the order in which they were taken.
  func accept(_ outcomes: [ChunkSealer.Outcome]) throws {
    for outcome in outcomes { try accept(outcome) }
  }

  /// Closes the last packs.
  ///
  /// Every begun file is finished once they are settled.
  func close() throws {
    let packs = try filler.finish(using: &random)
    filler = PackFiller<Int>()
    for pack in packs { accept(pack) }
  }

  /// The packs that became full since the last call.
  ///
  /// Each is to be settled when the pack and its chunks' places are durable.
  func takePacked() -> [Packed] {
    defer { packed = [] }
    return packed
  }

  /// Finishes the files that waited for a pack, which is durable now.
  func settle(_ packed: Packed) {
    for (number, _) in packed.pack.chunks {
      guard let ticket = tickets.removeValue(forKey: number) else { continue }
      ticketOf[ticket.token] = nil
      for waiter in ticket.waiters {
        fill(waiter.file, waiter.extent, with: ticket.reference)
      }
    }
  }

  /// The files that are finished since the last call.
  func takeFinished() -> [Finished] {
    defer { finished = [] }
    return finished
  }

  private func accept(_ outcome: ChunkSealer.Outcome) throws {
    switch outcome.body {
    case .known(let chunk):
      let reference = ChunkReference(
        hash: outcome.hash, plainBytes: outcome.plainBytes, method: chunk.method,
        key: .epoch(chunk.epoch), location: chunk.location)
      fill(outcome.file, outcome.extent, with: reference)
    case .sealed(let bytes, let method):
      if let ticket = ticketOf[outcome.token] {
        tickets[ticket]?.waiters.append((outcome.file, outcome.extent))
      } else {
        try place(bytes, method: method, outcome)
      }
    }
  }

  private func place(_ bytes: [UInt8], method: UInt8, _ outcome: ChunkSealer.Outcome) throws {
    ticketCount += 1
    let number = ticketCount
    // The place is not known yet: length 0 says so until the pack is finished.
    let reference = ChunkReference(
      hash: outcome.hash, plainBytes: outcome.plainBytes, method: method, key: .epoch(epoch),
      location: ChunkLocation(pack: .zero, offset: 0, length: 0))
    tickets[number] = Ticket(
      reference: reference, token: outcome.token, waiters: [(outcome.file, outcome.extent)])
    ticketOf[outcome.token] = number
    if let pack = try filler.add(bytes, as: number, using: &random) { accept(pack) }
  }

  private func accept(_ pack: FilledPack<Int>) {
    let placed = pack.chunks.compactMap { number, range -> Placed? in
      tickets[number]?.reference.location = ChunkLocation(
        pack: pack.identifier, offset: range.lowerBound, length: range.count)
      return tickets[number].map { ticket in
        Placed(
          token: ticket.token,
          chunk: KnownChunk(
            location: ticket.reference.location, method: ticket.reference.method, epoch: epoch),
          plainBytes: ticket.reference.plainBytes)
      }
    }
    packed.append(Packed(pack: pack, placed: placed))
  }

  private func fill(_ file: Int, _ extent: Int, with reference: ChunkReference) {
    guard let open = files[file] else { return }
    open.extents[extent] = .data(reference)
    open.missing -= 1
    finishIfDone(file)
  }

  private func finishIfDone(_ file: Int) {
    guard let open = files[file], open.isComplete, open.missing == 0 else { return }
    files[file] = nil
    let manifest = Manifest(
      sizeBytes: open.sizeBytes, body: .extents(open.extents.compactMap { $0 }))
    finished.append(Finished(file: file, manifest: manifest))
  }
}
