import ArgumentParser
import Freehold
import VaultCrypto

/// `freehold lock`: forget the opened keys.
struct LockCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lock", abstract: "Make the unlock agent forget the keys.",
    discussion: "freehold lock")

  @OptionGroup var common: CommonOptions

  func run() async throws {
    let session = try Session(common)
    let file = try session.home.deviceKeyFile()
    let wasOpen = file.map { AgentClient(device: $0.did, home: session.home).lock() } ?? false
    session.console.talk(wasOpen ? "locked" : "nothing was unlocked")
    if common.json { try session.console.data(.object([("state", .text("locked"))])) }
  }
}
