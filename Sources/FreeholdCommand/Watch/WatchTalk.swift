import Freehold
import Glibc
import VaultEncoding
import VaultFolder
import VaultSync

/// What a watch says: on a terminal a line for each thing that happened, as JSON one object a sync,
/// elsewhere only what is wrong; and each wrong thing once, until it is right again.
struct WatchTalk {
  /// How often in a row the vault may be in use before that is worth a word.
  private static let busyMost = 20

  private let console: Console
  private let vault: DID
  private let isSeen: Bool
  private var conflicts: Int?
  private var wasUnwell = false
  private var told: Set<String> = []
  private var failure: FreeholdError?
  private var busy = 0

  init(_ console: Console, vault: DID) {
    self.console = console
    self.vault = vault
    isSeen = !console.wantsJSON && isatty(STDERR_FILENO) == 1
  }

  /// Tells what there is to tell.
  mutating func tell(_ news: WatchNews) throws {
    switch news {
    case .watching(let folders):
      if isSeen { console.talk("watching \(Wording.count(folders, "folder")); Ctrl-C ends it") }
    case .shortage(let shortage): tell(shortage)
    case .unwatched(let error):
      console.warn(
        "changes in the folder are noticed once a minute only: \(NamePath.line("\(error)"))",
        hint: error.code == .tooManyOpenFiles ? Self.hint("max_user_instances", least: 1024) : nil)
    case .synced(let report, let reason):
      busy = 0
      try tell(report, reason.rawValue)
    case .failed(let error, let reason):
      try tell(FreeholdError(translating: error), reason.rawValue)
    }
  }

  // MARK: Syncs

  private mutating func tell(_ report: SyncReport, _ reason: String) throws {
    console.endProgress()
    let verdict = Verdict(report, conflictsBefore: conflicts ?? report.conflictCount)
    conflicts = report.conflictCount
    let wasFailing = failure != nil
    failure = nil
    guard !console.wantsJSON else {
      return try console.data(
        report.json(
          vault: vault.text, reason: reason, error: verdict.error(report.problems)))
    }
    // What is gone may come back, and is news then.
    let problems = Set(report.problems)
    console.tell(report.problems.filter { !told.contains(Self.words($0)) })
    told = Set(problems.map(Self.words))
    let isWell = !problems.contains { $0.severity < .note }
    let isBetter = isWell && (wasFailing || wasUnwell)
    wasUnwell = !isWell
    if isBetter { return console.talk("all is well again: " + report.summary) }
    if isSeen, reason == "start" || report.files.total > 0 { console.talk(report.summary) }
  }

  /// A problem without its numbers: how many bytes wait changes all the time and is no news.
  private static func words(_ problem: Problem) -> String {
    "\(problem.severity) \(problem.node?.text ?? "") \(problem.message.filter { !$0.isNumber })"
  }

  private mutating func tell(_ error: FreeholdError, _ reason: String) throws {
    console.endProgress()
    if error.code == .busy {
      busy += 1
      guard busy == Self.busyMost else { return }
    }
    guard failure != error else { return }
    failure = error
    guard !console.wantsJSON else {
      return try console.data(
        .object([("reason", .text(reason)), ("vault", .text(vault.text)), ("error", error.fields)]))
    }
    console.tell(error)
  }

  // MARK: Limits of the system

  private func tell(_ shortage: FolderWatch.Shortage) {
    let consequence = "changes in some folders are noticed once a minute only"
    switch shortage {
    case .watches:
      console.warn(
        "the watch limit of this system is reached: \(consequence)",
        hint: Self.hint("max_user_watches", least: 524_288))
    case .folders:
      console.warn(
        "there are more than \(Wording.grouped(FolderWatch.foldersMax)) folders: \(consequence)",
        hint: "leave some out with .freeholdignore")
    case .other(let number):
      console.warn("the system refuses to watch more (error \(number)): \(consequence)")
    }
  }

  /// The line that raises a limit: to twice of what it is now, and to no less than usual.
  private static func hint(_ name: String, least: Int) -> String {
    let path = "/proc/sys/fs/inotify/\(name)"
    var text = [UInt8](repeating: 0, count: 32)
    let file = open(path, O_RDONLY | O_CLOEXEC)
    defer { close(file) }
    let count = file < 0 ? 0 : max(0, read(file, &text, text.count))
    let digits = text[..<count].prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
    let now = Int(String(decoding: digits, as: UTF8.self)) ?? 0
    return "sudo sysctl fs.inotify.\(name)=\(max(least, min(now, 1 << 30) * 2))"
  }
}
