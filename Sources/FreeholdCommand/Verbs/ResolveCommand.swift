import ArgumentParser
import Freehold

/// `freehold resolve`: one content of a file that has several.
struct ResolveCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resolve", abstract: "Say which content of a file with several stays.",
    discussion: """
      freehold resolve report.odt --keep mine      the one that this device wrote
      freehold resolve report.odt --keep theirs    the newest that another device wrote
      freehold resolve report.odt --keep both      the others become files of their own

      The path is the file's, or that of one of its copies. It can be done in the folder as well:
      remove, rename or edit what is there, and sync. What does not stay is in the history still.
      """)

  /// The choices as they are typed.
  enum Keep: String, ExpressibleByArgument, CaseIterable {
    case mine, theirs, both

    var choice: ConflictChoice {
      switch self {
      case .mine: .mine
      case .theirs: .theirs
      case .both: .both
      }
    }
  }

  @OptionGroup var common: CommonOptions

  @Option(help: "Which content stays: mine, theirs or both.")
  var keep: Keep

  @Argument(help: ArgumentHelp("A path in the vault; then the vault's folder.", valueName: "path"))
  var words: [String]

  func run() async throws {
    let session = try Session(common)
    let typed = try PathAndFolder(words, pathsMin: 1, pathsMax: 1, session: session)
    let place = try session.place(typed.folder)
    let path = try place.path(typed.paths.first)
    let choice = keep.choice
    let line = ProgressLine(session)
    let report = try await session.withVault(place) { vault in
      try place.require(vault)
      return try await vault.resolve(path, keep: choice, progress: line.progress())
    }
    session.console.endProgress()
    let verdict = Verdict(report.problems)
    if common.json {
      var fields = NamePath.json(path.names)
      fields += [
        ("kept", .text(choice.rawValue)), ("conflicts", .number(report.conflictCount)),
        ("problems", .array(report.problems.map(\.json))),
      ]
      if let error = verdict.error(report.problems) { fields.append(("error", error.fields)) }
      try session.console.data(.object(fields))
    } else {
      session.console.tell(report.problems)
      session.console.talk(
        "resolved; "
          + (report.conflictCount == 0
            ? "no file has several contents now"
            : Wording.count(report.conflictCount, "file") + " with several contents left")
          + "; freehold sync brings it to the other devices")
    }
    if let code = verdict.code { throw ExitCode(code.rawValue32) }
  }
}
