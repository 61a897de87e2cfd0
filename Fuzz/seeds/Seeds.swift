// modules: VaultEncoding VaultCrypto VaultPolicy VaultPacking VaultSync VaultEnvironment VaultFolder
// sources: Freehold/Nodes/PackRecord.swift Freehold/Nodes/Redundancy.swift Freehold/Nodes/NodeEntry.swift Freehold/Nodes/NodeFacts.swift Freehold/Content/ContentLimits.swift Freehold/Content/Manifest+Coding.swift Freehold/Content/Manifest.swift Freehold/Vault/EntryFrame.swift Freehold/Vault/Admission.swift Freehold/Errors/FreeholdError.swift
// libraries: sodium zstd isal
import Glibc
import VaultCrypto
import VaultEncoding
import VaultFolder
import VaultPacking
import VaultPolicy
import VaultSync

// Valid bytes of every format, as seeds for the fuzzers: `Fuzz/run seeds` writes them into
// Fuzz/corpus. Only what is drawn by HPKE differs from one run to the next, and nothing here uses it.

/// Writes all seeds, whatever the input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  guard let corpus = getenv("FUZZ_CORPUS") else { return 0 }
  do {
    var seeds = try Seeds(corpus: String(cString: corpus))
    try seeds.writeAll()
  } catch {
    fatalError("\(error)")
  }
  return 0
}

/// Makes one vault's worth of everything.
private struct Seeds {
  private let corpus: String
  private let root: RootKeys
  private let device: DeviceKeys
  private let node: SigningKey
  private let scope: ScopeID
  private let log: PolicyLog
  private let record: NodeRecord
  private let time = Timestamp(milliseconds: 1_800_000_000_000)
  private var generator = SplitMix()

  init(corpus: String) throws {
    self.corpus = corpus
    var generator = SplitMix()
    root = try RootKeys(entropy: SecretBytes(generator.nextBytes(32)))
    device = DeviceKeys.generate(using: &generator)
    node = SigningKey.generate(using: &generator)
    scope = ScopeID.generate(using: &generator)
    let founding = try Founding.founding(
      root: root, device: device.signing.did, deviceKEM: device.kem.publicKey, rootScope: scope,
      seals: [device.signing.did: [1], root.signing.did: [2]], time: time, using: &generator)
    var author = try PolicyAuthor(device: device.signing, log: founding.log)
    try author.grantHold(to: node.did, using: &generator)
    log = author.log
    record = try NodeRecord(
      NodeRecord.Facts(
        sequence: 1, addresses: ["https://n.example:7400"], publicKeyHash: .zero,
        certificate: [1, 2, 3], region: "here", operatorName: nil, notBeforeSeconds: 0,
        expiresSeconds: nil), by: node)
  }

  mutating func writeAll() throws {
    try writePolicy()
    try writeTokens()
    try writeMessages()
    try writeStatements()
    try writeContent()
    try writeSettings()
    try writeLocal()
  }

  private func write(_ target: String, _ name: String, _ bytes: [UInt8]) {
    mkdir("\(corpus)/\(target)", 0o755)
    guard let file = fopen("\(corpus)/\(target)/seed-\(name)", "wb") else {
      fatalError("\(corpus)/\(target) cannot be written")
    }
    fwrite(bytes, 1, bytes.count, file)
    fclose(file)
  }

  private func writePolicy() throws {
    write("policy-entry", "genesis", log.genesis.bytes)
    for (number, entry) in log.entries.enumerated() {
      write("policy-entry", "\(number)", entry.bytes)
    }
  }

  private mutating func writeTokens() throws {
    var log = log
    guard let chain = log.state.chain(for: device.signing.did, allowing: .pullHead(scope: nil))
    else { fatalError("the device has no grant") }
    for (number, link) in chain.enumerated() {
      write("ucan-token", "delegation-\(number)", link.token.envelope.bytes)
    }
    let signer = RequestSigner(
      subject: log.vault, node: node.did, chain: chain, key: device.signing)
    let requests: [Request] = [
      .pullHead(scope: nil), .pushLog(scope: scope), .pullBlob(shard: .zero),
      .pushBlob(shard: .zero),
    ]
    for (number, request) in requests.enumerated() {
      let token = try signer.sign(
        request, bodyDigest: .zero, bodyBytes: 7, now: time, withProofs: number == 0,
        using: &generator)
      write("ucan-token", "invocation-\(number)", token.invocation)
      write("ucan-token", "request-\(number)", token.bytes)
    }
    let conditions = CapabilityPolicy([try .scopes([scope])])
    let terms = Delegation.Terms(
      audience: node.did, subject: log.vault, command: .pull, policy: conditions,
      notBefore: 5, expiresAt: 1_900_000_000)
    let delegation = try Delegation.issue(terms, by: device.signing, using: &generator)
    write("ucan-token", "delegation-conditions", delegation.token.envelope.bytes)
  }

  private func entry() -> (bytes: [UInt8], feed: FeedKey, position: VaultSync.FeedPosition) {
    let feed = FeedKey(scope: scope, device: device.signing.did)
    let entry = FeedEntry(
      sequence: 1, epoch: 0, dependencies: [node.did: 3], ciphertext: [1, 2, 3, 4])
    let position = VaultSync.FeedPosition.start(of: feed, vault: log.vault).advanced(by: entry)
    return (entry.signed(at: position, by: device.signing).bytes, feed, position)
  }

  private func writeMessages() throws {
    let (bytes, feed, position) = entry()
    let run = FeedRun(feed: feed, first: 1, entries: [bytes])
    let name = log.entries[0].cid.syncPrefix
    var parts = StateParts(
      policy: [name], heads: [device.signing.did: .init(sequence: 4, name: name)])
    parts.add(scope, of: [feed: position])
    var news = SyncNews(shown: parts)
    news.runs = [run]
    news.policy = [[1]]
    news.heads = [[2]]
    news.more = true
    let outline = StateOutline(
      StateSummary(feeds: [feed: position], policy: log.entries.map(\.cid), heads: [:]))
    func answer(_ content: SyncResponse.Content, receipt: [UInt8]? = nil) -> [UInt8] {
      SyncResponse(content, time: time, quotaBytes: 10, usedBytes: 3, receipt: receipt).bytes
    }
    var memory = NodeMemory()
    memory.note([feed: 1])
    memory.note(head: 4, of: device.signing.did)
    let messages: [(String, [UInt8])] = [
      ("sync", SyncRequest(digest: .zero, known: parts, entriesBytesMost: 1_000).bytes),
      ("short", SyncRequest(digest: .zero, wantsReceipt: true).bytes),
      ("same", answer(.same, receipt: [1, 2])), ("differs", answer(.differs(outline))),
      ("news", answer(.news(news))),
      ("push", PushRequest(policy: [[1, 2]], runs: [run], heads: [[3]]).bytes),
      ("pushed", PushResponse(receipt: [1], usedBytes: 1, quotaBytes: 2).bytes),
      (
        "enroll",
        EnrollRequest(
          token: [UInt8](repeating: 1, count: 16), genesis: [2], policy: [[3]], enrollment: [4]
        ).bytes
      ),
      ("enrolled", EnrollResponse(quotaBytes: 5, usedBytes: 1, record: [1]).bytes),
      ("have", HaveRequest(shards: [ShardName(root: .zero)]).bytes),
      ("has", HaveResponse(sizes: [0, 7]).bytes), ("entry", bytes), ("memory", memory.bytes),
      ("refusal", Refusal(.quota, "needs more", time: time).bytes),
    ]
    for (name, bytes) in messages { write("sync-message", name, bytes) }
  }

  private func writeStatements() throws {
    let (_, feed, position) = entry()
    let head = try Head(
      vault: log.vault, sequence: 4, feeds: [scope: position], policy: log.entries.map(\.cid),
      seen: [node.did: log.entries[0].cid], time: time, by: device.signing)
    let stored = try StoredReceipt(
      vault: log.vault, shard: ShardName(root: .zero), sizeBytes: 5, time: time, by: node)
    let pushed = try PushReceipt(
      vault: log.vault, digest: .zero, feeds: [feed: position], time: time, by: node)
    let token = [UInt8](repeating: 7, count: 16)
    let enrollment = try Enrollment(
      vault: log.vault, node: node.did, token: token, time: time, by: device.signing)
    let invitation = Invitation(record: record, token: token, quotaBytes: 1 << 30)
    let statements: [(String, [UInt8])] = [
      ("head", head.bytes), ("stored", stored.bytes), ("pushed", pushed.bytes),
      ("node", record.bytes), ("enrollment", enrollment.bytes),
      ("invitation", Array(invitation.line.utf8)),
    ]
    for (name, bytes) in statements { write("statement", name, bytes) }
  }

  private func writeContent() throws {
    let pack = Bytes32(words: (1, 2, 3, 4))
    func chunk(_ key: ChunkReference.Key) -> Manifest.Extent {
      .data(
        ChunkReference(
          hash: .zero, plainBytes: 4, method: 1, key: key,
          location: ChunkLocation(pack: pack, offset: 9, length: 8)))
    }
    let extents = [chunk(.epoch(3)), .hole(100), chunk(.explicit(pack))]
    let manifests = [
      Manifest.inline([1, 2, 3]), Manifest(sizeBytes: 108, body: .extents(extents)),
      Manifest(sizeBytes: 1 << 30, body: .indirect(extents: extents, contentTag: pack)),
    ]
    for (number, manifest) in manifests.enumerated() {
      write("manifest", "\(number)", manifest.bytes)
    }
    write("manifest", "extents", Manifest.encode(extents))
  }

  private func writeSettings() throws {
    let shards = [1, 2].map {
      PackRecord.Shard(name: ShardName(root: Bytes32(words: ($0, 0, 0, 0))), node: node.did)
    }
    write("setting", "pack", PackRecord(packBytes: 90, needed: 1, shards: shards).bytes)
    write("setting", "redundancy", Redundancy.suiting(nodeCount: 3).bytes)
    let entry = NodeEntry(
      name: "node", record: record, region: nil, operatorName: "me", weight: 100,
      isRemoved: false)
    write("setting", "node", entry.bytes)
    write("setting", "facts", NodeFacts().bytes)
    let fields = CBORValue.map([
      ("genesis", .bytes([1])), ("policy", .array([.bytes([2])])), ("scope", .bytes(scope.bytes)),
      ("name", .text("vault")), ("nodes", .array([.bytes(entry.bytes)])),
    ])
    write("setting", "admission", DAGCBOR.encode(fields))
    let text = [UInt8](repeating: 65, count: 900)
    write("setting", "frame", EntryFrame.encode(text, compressor: try Compressor()))
  }

  private mutating func writeLocal() throws {
    write("device-key-file", "unsealed", DeviceKeyFile.unsealed(device).bytes)
    let sealed = try DeviceKeyFile.sealed(
      device, passphrase: SecretBytes([1, 2, 3]), using: &generator)
    write("device-key-file", "sealed", sealed.bytes)
    let rootKey = FolderKey(high: 0, low: 0)
    var index = FolderIndex(rootKey: rootKey)
    write("folder-index", "empty", index.encoded())
    let time = FileTime(seconds: 1_700_000_000, nanoseconds: 5)
    let folder = FolderKey(high: 1, low: 1)
    for number in UInt64(1)...6 {
      let isFolder = number == 1
      guard let name = FileName("name \(number)") else { fatalError("a name is refused") }
      try index.record(
        IndexedObject(
          key: FolderKey(high: number, low: number), parent: isFolder ? rootKey : folder,
          name: name,
          stat: FileStat(
            device: 1, inode: number, sizeBytes: 10, mode: isFolder ? 0o40755 : 0o100644,
            modified: time, changed: time),
          contentTag: isFolder ? [] : [UInt8](repeating: 3, count: 32)))
    }
    write("folder-index", "tree", index.encoded())
    write("folder-index", "ignore", Array("*.o\n!keep.o\n/build/\n**/a?[b-d]\n".utf8))
  }
}

/// A small generator that always begins alike.
private struct SplitMix: RandomNumberGenerator {
  private var state: UInt64 = 7

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var word = state
    word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
    word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
    return word ^ (word >> 31)
  }
}
