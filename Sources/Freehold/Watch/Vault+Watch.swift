import Synchronization
import VaultCrypto
import VaultEncoding
import VaultEnvironment
import VaultFolder
import VaultSealing
import VaultSync

/// What is asked of nodes between two syncs, while the vault itself is closed.
struct NodeInquiry: Sendable {
  let held: StateSummary
  let clients: [DID: NodeClient]

  /// The content digest that a node holds; waits for another one when the question allows it.
  func answer(to question: NodeQuestion) async throws -> Bytes32? {
    guard let client = clients[question.node] else { return nil }
    guard question.isPoll else {
      return try await client.wait(
        for: question.digest, secondsMost: question.isProbe ? 0 : SyncLimits.waitSecondsMax)
    }
    let response = try await client.sync(SyncRequest(digest: held.digest))
    guard case .differs(let outline) = response.content,
      !outline.hasContent(of: StateOutline(held))
    else { return held.contentDigest }
    return outline.contentMark
  }
}

extension Vault {
  /// What to ask the nodes until the next sync: about the scopes inside this one, too.
  func inquiry() async throws -> NodeInquiry {
    let local = try localState()
    let held = try await heldFeeds()
    let isAlone = held.count == local.feeds.count
    var clients: [DID: NodeClient] = [:]
    for (node, entry) in nodeBook {
      clients[node] = try client(for: node, entry, meter: TrafficMeter(), asksAll: !isAlone)
    }
    let summary =
      isAlone
      ? local.summary : StateSummary(feeds: held, policy: local.policy, heads: [:])
    return NodeInquiry(held: summary, clients: clients)
  }

  /// How far the feeds of this scope and of those inside it go here.
  private func heldFeeds() async throws -> FeedVector {
    var feeds = try localState().feeds
    for (_, part) in try await openParts() {
      feeds.merge(try await part.heldFeeds()) { own, _ in own }
    }
    return feeds
  }

  /// A watch over the bound folder that has begun; nil when there is no folder.
  ///
  /// Throws `FolderError` when the system has no watch to give.
  func startFolderWatch() throws(FolderError) -> FolderWatch? {
    guard !facts.folder.isEmpty else { return nil }
    let kept = KeptPaths(
      path: FolderMirror.indexPath(home), folder: facts.folder, storeKey: keys.storeKey,
      disk: environment.disk)
    let watch = try FolderWatch(systemPath: facts.folder, keeps: { kept.contains($0) })
    watch.start()
    return watch
  }

  /// Whether the folder holds something else at these places than the vault thinks.
  ///
  /// What a sync has just written itself is as it thinks.
  func isOutOfStep(_ news: FolderNews) throws -> Bool {
    guard !news.isUnsure, !news.isRootGone else { return true }
    guard !news.paths.isEmpty, !facts.folder.isEmpty else { return false }
    let root = try FolderRoot(systemPath: facts.folder)
    let known = try FolderMirror.index(
      at: FolderMirror.indexPath(home), folder: facts.folder, storeKey: keys.storeKey,
      disk: environment.disk)
    guard let index = known else { return true }
    let shared = mounts().map { FolderPath($0.path.compactMap { FileName($0) }) }
    return news.paths.contains { path in
      // What is in a shared folder is for its own index to say: the sync that follows compares it.
      if shared.contains(where: { path != $0 && path.isWithin($0) }) { return true }
      guard let found = try? root.stat(at: path) else { return index.object(at: path) != nil }
      return !(index.object(at: path).map { found.isInStep(with: $0.stat) } ?? !found.kind.isKept)
    }
  }
}

extension FileStat {
  /// Whether nothing was done to a thing since it was looked at.
  ///
  /// A folder's times change with what is in it, which has news of its own.
  fileprivate func isInStep(with known: FileStat) -> Bool {
    guard kind == .folder else {
      return isUnchanged(since: known) && linkCount == known.linkCount
    }
    return isSameThing(as: known) && mode == known.mode
  }
}

/// What the vault keeps, for the question whether something in an ignored folder is among it.
///
/// Read when that question comes up, which it never does without ignore rules.
private final class KeptPaths: Sendable {
  private let path: DiskPath
  private let folder: [UInt8]
  private let storeKey: SecretBytes
  private let disk: any Disk
  private let index = Mutex<FolderIndex?>(nil)

  init(path: DiskPath, folder: [UInt8], storeKey: SecretBytes, disk: any Disk) {
    self.path = path
    self.folder = folder
    self.storeKey = storeKey
    self.disk = disk
  }

  func contains(_ path: FolderPath) -> Bool {
    index.withLock { index in
      if index == nil {
        index =
          (try? FolderMirror.index(
            at: self.path, folder: folder, storeKey: storeKey, disk: disk))
          ?? FolderIndex(rootKey: ObjectKeys.root)
      }
      return index?.object(at: path) != nil
    }
  }
}
