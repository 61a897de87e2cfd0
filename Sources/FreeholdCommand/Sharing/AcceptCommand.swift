import ArgumentParser
import Freehold
import VaultEncoding
import VaultEnvironment

/// `freehold accept`: take up a folder that somebody shares.
struct AcceptCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "accept", abstract: "Take up a folder that somebody shares with you.",
    discussion: """
      freehold accept bob.share ~/photos-of-alice
      freehold sync ~/photos-of-alice

      The file is what freehold grant wrote, for the card of this device. Compare the six words of
      the vault with the person who shares. Makes the folder when it is missing.
      """)

  @OptionGroup var common: CommonOptions

  @Option(help: "What this device is called in that folder.")
  var name: String?

  @Argument(help: ArgumentHelp("What you were given.", valueName: "file"))
  var file: String

  @Argument(help: "The folder.")
  var dir: String?

  func run() async throws {
    let session = try Session(common)
    guard let typed = dir ?? common.folder else {
      throw FreeholdError(
        .usage, "into which folder shall it come?", hint: "freehold accept FILE DIR")
    }
    let offer = try ShareOffer(text: try SharedText.take(file, session))
    let folder = try NewFolder(typed, session)
    guard try folder.isEmpty(session) else {
      throw FreeholdError(
        .usage, "\(folder.path) is not empty", hint: "name a folder that is empty or not there")
    }
    let unlock = try session.unlocking.unlock(session.home)
    let hold = try session.home.hold()
    defer { hold.release() }
    let place = try folder.make()
    let vault = try Vault.accept(
      offer, deviceName: name ?? HostName.short, folder: place.path.bytes, in: session.home,
      unlock: unlock)
    try await session.finishJoining(vault, in: place, scope: offer.scope)
    let words = offer.words.joined(separator: " ")
    guard !common.json else {
      return try session.console.data(
        .object([
          ("vault", .text(vault.did.text)), ("scope", .text(offer.scope.hex)),
          ("name", .text(offer.name)), ("folder", .text(NamePath.shown(vault.folder))),
          ("words", .text(words)),
        ]))
    }
    session.console.talk("\(place.path) is now the shared folder \(NamePath.line(offer.name))")
    session.console.talk("  the words of the vault it comes from: \(words)")
    session.console.talk("next: freehold sync \(NamePath.shown(vault.folder))")
  }
}
