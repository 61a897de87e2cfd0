import ArgumentParser
import Freehold
import VaultEncoding

/// `freehold policy freshness`: how long nodes go on serving guests without a word of the owner.
struct PolicyFreshnessCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "freshness",
    abstract: "Bound how long a node serves others without having seen a device of yours.",
    discussion: """
      freehold policy freshness 7d
      freehold policy freshness off

      A node that cannot be reached does not hear of a revocation. With a bound it refuses everybody
      but managers once none of them was there for so long, and after each start until one comes.
      """)

  @OptionGroup var common: CommonOptions

  @Argument(help: ArgumentHelp("A duration such as 12h or 7d, or off.", valueName: "time"))
  var bound: String

  @Argument(help: "The vault's folder.")
  var dir: String?

  func run() async throws {
    let session = try Session(common)
    let place = try session.place(dir)
    let seconds = try bound == "off" ? nil : seconds(of: bound)
    let coverage = try await session.withVault(place) {
      try await $0.setPolicyAge(secondsMax: seconds)
    }
    guard !common.json else {
      return try session.console.data(
        .object([
          ("secondsMost", seconds.map { .number(Int(clamping: $0)) } ?? .null),
          ("nodes", coverage.json),
        ]))
    }
    coverage.tell(session.console, of: "that")
  }

  private func seconds(of text: String) throws -> UInt64 {
    guard let time = try? TimeExpression(text), case .duration(let milliseconds) = time else {
      throw FreeholdError(
        .usage, "“\(NamePath.shown(text))” is no duration", hint: "12h, 7d, …, or off")
    }
    return UInt64(max(0, milliseconds / 1_000))
  }
}
