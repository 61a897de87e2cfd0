import Freehold
import VaultEncoding

/// `freehold sync --watch`: keeps a vault in step until it is stopped.
struct WatchRun {
  private let session: Session
  private let place: VaultPlace

  init(_ session: Session, _ place: VaultPlace) {
    self.session = session
    self.place = place
  }

  /// Runs until the task is cancelled.
  func run() async throws {
    let unlock = try session.unlocking.unlock(session.home)
    let place = place
    let line = ProgressLine(session)
    let watch = VaultWatch(
      place.vault, scope: place.scope, in: session.home, progress: { line.progress() },
      prepare: { vault in try place.require(vault) })
    var talk = WatchTalk(session.console, vault: place.vault)
    defer { session.abandonConnections() }
    try await watch.run(unlock: unlock) { news in try talk.tell(news) }
  }
}
