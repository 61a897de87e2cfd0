import ArgumentParser
import Freehold

/// `freehold service show`: the unit's text.
struct ServiceShowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Print the unit as it would be installed.",
    discussion: """
      freehold service show
      freehold service show ~/vault > ~/.config/systemd/user/my-own.service
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var options: UnitOptions

  @Argument(help: "The vault's folder.")
  var dir: String?

  func run() async throws {
    let session = try Session(common)
    let unit = try options.unit(session, try session.place(dir))
    guard !common.json else {
      return try session.console.data(
        .object([("name", .text(unit.name)), ("text", .text(try unit.text()))]))
    }
    try StandardOutput.write(try unit.text())
  }
}
