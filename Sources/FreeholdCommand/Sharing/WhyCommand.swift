import ArgumentParser
import Freehold
import VaultEncoding

/// `freehold why`: who may do what somewhere, and by whose word.
struct WhyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "why", abstract: "Explain what a person or a device may do at a path, and why.",
    discussion: """
      freehold why carol photos/2026/a.jpg
      """)

  @OptionGroup var common: CommonOptions

  @Argument(help: "The contact or device.")
  var name: String

  @Argument(help: ArgumentHelp("A path, then the vault's folder.", valueName: "path"))
  var words: [String]

  func run() async throws {
    let session = try Session(common)
    let typed = try PathAndFolder(words, pathsMin: 1, pathsMax: 1, session: session)
    let place = try session.place(typed.folder)
    let path = try place.path(typed.paths.first)
    let reason = try await session.withVault(place) { try await $0.reason(for: name, at: path) }
    guard !common.json else {
      return try session.console.data(
        .object([
          ("name", .text(reason.name)), ("path", .text(NamePath.shown(reason.path.names))),
          ("folder", .text(NamePath.shown(reason.folder.names))),
          ("may", .text(reason.right?.rawValue)),
          ("because", .array(reason.steps.map { .text($0) })),
          ("former", .array(reason.former.map { .text($0) })),
        ]))
    }
    let who = NamePath.line(reason.name)
    let shown = NamePath.shown(reason.path.names)
    try session.console.data(
      reason.right.map { "\(who) may \($0.rawValue) \(shown), because" }
        ?? "\(who) may do nothing with \(shown)")
    for step in reason.steps { try session.console.data("  " + NamePath.line(step)) }
    for end in reason.former { try session.console.data("  " + NamePath.line(end)) }
  }
}
