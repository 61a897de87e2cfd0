import VaultCrypto
public import VaultEncoding
import VaultEnvironment
import VaultFolder
public import VaultSync

/// Keeps folder, vault and nodes in step until its task is cancelled.
///
/// `WatchSession` decides; this listens to the folder and to nodes, and syncs. Between two syncs
/// the vault is closed, so that other processes can read and change it.
public struct VaultWatch: Sendable {
  private enum Happening: Sendable {
    case folderIsReadable
    case synced(SyncEnd)
    case nodeTold(WatchEvent)
  }

  /// How one sync ended.
  private struct SyncEnd: Sendable {
    var outcome = WatchOutcome(.failed)
    var news: WatchNews?
    var inquiry: NodeInquiry?
    var folder: FolderWatch?
    /// Why there is no watch over the folder.
    var unwatched: FolderError?
  }

  private let vault: DID
  private let scope: ScopeID?
  private let home: Home
  private let pace: WatchPace
  private let prepare: @Sendable (Vault) async throws -> Void
  private let progress: @Sendable () -> SyncProgress

  /// A watch over a vault that this device has.
  ///
  /// `prepare` is called whenever the vault was opened, and may refuse.
  public init(
    _ vault: DID, scope: ScopeID? = nil, in home: Home, pace: WatchPace = WatchPace(),
    progress: @escaping @Sendable () -> SyncProgress = { SyncProgress() },
    prepare: @escaping @Sendable (Vault) async throws -> Void = { _ in }
  ) {
    self.vault = vault
    self.scope = scope
    self.home = home
    self.pace = pace
    self.progress = progress
    self.prepare = prepare
  }

  private var clock: any VaultClock { home.environment.clock }

  /// Watches until the task is cancelled; a sync that runs then ends where nothing is half done.
  ///
  /// Throws `.busy` while another process watches the vault, and what opening the keys throws.
  /// Nothing else ends it: whatever fails is told, and tried again.
  public func run(unlock: Unlock, tell: (WatchNews) throws -> Void) async throws {
    let hold = try takeWatch()
    defer { hold.release() }
    let keys = try home.openKeys(unlock)
    try await withThrowingDiscardingTaskGroup { group in
      try await loop(keys, in: &group, tell: tell)
      group.cancelAll()
    }
  }

  /// One watch a vault: a second one would only be in the first one's way.
  private func takeWatch() throws -> any DiskLock {
    let path = home.vaultPath(vault)
    guard try home.environment.disk.exists(path) else {
      throw FreeholdError(
        .noSuchVault, "this device does not have the vault \(vault.text.suffix(16))",
        hint: "freehold init DIR makes one")
    }
    do {
      return try home.environment.disk.lock(path.appending(Self.lockName))
    } catch let error as DiskError where error.code == .busy {
      let who = error.holder.map { "process \($0)" } ?? "another process"
      throw FreeholdError(
        .busy, "\(who) is watching this vault already", hint: "one watch is enough")
    }
  }

  private static let lockName = "watch.lock"

  private func loop(
    _ keys: DeviceKeys, in group: inout ThrowingDiscardingTaskGroup<any Error>,
    tell: (WatchNews) throws -> Void
  ) async throws {
    let mailbox = Mailbox<Happening>()
    var generator = home.environment.makeGenerator()
    var session = WatchSession(pace: pace, at: clock.monotonic())
    var listening = Listening()
    var events: [WatchEvent] = [.timePassed]
    while !Task.isCancelled {
      for event in events {
        let actions = session.handle(event, at: clock.monotonic(), using: &generator)
        for action in actions { perform(action, keys, listening, mailbox, in: &group) }
      }
      let wait = session.deadline.map { max(.zero, $0 - clock.monotonic()) }
      let happenings = await mailbox.next(within: wait, by: clock)
      guard !Task.isCancelled else { return }
      events = []
      for happening in happenings {
        switch happening {
        case .folderIsReadable: listening.signal?.listen()
        case .nodeTold(let event): events.append(event)
        case .synced(let end):
          if let news = end.news { try tell(news) }
          events += try listening.take(end, mailbox, tell: tell)
        }
      }
      if listening.folder?.read() ?? false { events.append(.folderChanged) }
      if events.isEmpty { events = [.timePassed] }
    }
  }

  /// What is listened to between two syncs.
  private struct Listening {
    var folder: FolderWatch?
    var signal: ReadinessSignal?
    var shortage: FolderWatch.Shortage?
    var unwatched: FolderError?
    var inquiry: NodeInquiry?

    /// Takes over what a sync has found; what the session is to be told.
    mutating func take(
      _ end: SyncEnd, _ mailbox: Mailbox<Happening>, tell: (WatchNews) throws -> Void
    ) throws -> [WatchEvent] {
      inquiry = end.inquiry ?? inquiry
      if end.folder !== folder {
        folder = end.folder
        signal = folder.map { folder in
          ReadinessSignal(folder.descriptor, owner: folder) { mailbox.post(.folderIsReadable) }
        }
        if let folder, folder.folderCount > 0 {
          try tell(.watching(folders: folder.folderCount))
        }
      }
      if let error = end.unwatched, error != unwatched { try tell(.unwatched(error)) }
      unwatched = end.unwatched
      if let found = folder?.shortage, found != shortage { try tell(.shortage(found)) }
      shortage = folder?.shortage
      return [
        .folderSeen(isWhole: folder != nil && shortage == nil), .syncEnded(end.outcome),
      ]
    }
  }

  private func perform(
    _ action: WatchSession.Action, _ keys: DeviceKeys, _ listening: Listening,
    _ mailbox: Mailbox<Happening>, in group: inout ThrowingDiscardingTaskGroup<any Error>
  ) {
    switch action {
    case .sync(let reason, let without):
      let folder = listening.folder
      group.addTask {
        let end = await sync(reason, without: without, keys, folder)
        mailbox.post(.synced(end))
      }
    case .ask(let question):
      guard let inquiry = listening.inquiry else { return }
      group.addTask {
        if let event = await Self.ask(question, inquiry) { mailbox.post(.nodeTold(event)) }
      }
    }
  }

  // MARK: Nodes

  private static func ask(_ question: NodeQuestion, _ inquiry: NodeInquiry) async -> WatchEvent? {
    do {
      let digest = try await inquiry.answer(to: question)
      return digest.map { .nodeAnswered(question.node, $0, number: question.number) }
    } catch {
      return .nodeFailed(question.node, failure(error, question), number: question.number)
    }
  }

  private static func failure(_ error: any Error, _ question: NodeQuestion) -> NodeFailure {
    switch error {
    case let refusal as Refusal where refusal.code == .absent && !question.isPoll: .cannotWait
    case let refusal as Refusal where refusal.code == .slowDown: .refused(pause: .seconds(30))
    case is Refusal, is MessageError: .refused(pause: nil)
    default: .silent
    }
  }

  // MARK: Syncs

  private func sync(
    _ reason: WatchSession.Reason, without: Set<DID>, _ keys: DeviceKeys, _ watched: FolderWatch?
  ) async -> SyncEnd {
    var end = SyncEnd(folder: watched)
    do {
      let vault = try Vault.open(self.vault, scope: scope, in: home, unlock: .keys(keys))
      do {
        try await sync(vault, without: without, reason, &end)
      } catch {
        try? await vault.close()
        throw error
      }
      try await vault.close()
    } catch {
      end.news = .failed(error, reason)
      end.outcome.result =
        switch (error as? FreeholdError)?.code {
        case .busy: .busy
        case .needsDecision: .held
        default: .failed
        }
    }
    return end
  }

  private func sync(
    _ vault: Vault, without: Set<DID>, _ reason: WatchSession.Reason, _ end: inout SyncEnd
  ) async throws {
    try await prepare(vault)
    // What was noticed until now is seen by the scan that follows.
    if let news = end.folder?.take(), news.isRootGone { end.folder = nil }
    if end.folder == nil { await startFolderWatch(vault, &end) }
    var options = SyncOptions()
    options.without = without
    let report = try await vault.sync(options, progress: progress())
    end.news = .synced(report, reason)
    let inquiry = try await vault.inquiry()
    end.inquiry = inquiry
    end.outcome = WatchOutcome(.done, state: Self.state(report, inquiry))
    if let folder = end.folder, folder.read() {
      end.outcome.folderChanged = await (try? vault.isOutOfStep(folder.take())) ?? true
    }
  }

  /// Without a watch there is a scan from time to time; without the folder the sync says so.
  private func startFolderWatch(_ vault: Vault, _ end: inout SyncEnd) async {
    do {
      end.folder = try await vault.startFolderWatch()
    } catch {
      end.unwatched = error
    }
  }

  private static func state(_ report: SyncReport, _ inquiry: NodeInquiry) -> WatchOutcome.State {
    let troubled = report.problems.filter { $0.node != nil && $0.severity < .note }
    return WatchOutcome.State(
      digest: inquiry.held.contentDigest, nodes: Set(inquiry.clients.keys),
      missed: Set(troubled.filter { $0.code == .offline }.compactMap(\.node)),
      unfinished: Set(troubled.filter { $0.code != .offline }.compactMap(\.node)))
  }
}
