import ArgumentParser
import Freehold
import VaultCrypto
import VaultEncoding
import VaultEnvironment
import VaultSync

/// `freehold join`: make this machine a device of a vault that another one has.
struct JoinCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "join", abstract: "Make this machine a device of your vault, with a code.",
    discussion: """
      freehold link                                 on a device that has the vault
      freehold join 4821307-crane-lottery@nas.example.org:7400 ~/vault
      freehold sync ~/vault

      Makes keys of its own; none is ever copied. The folder may be empty, new, or hold files
      already: they are compared with the vault and merged, never overwritten.
      """)

  @OptionGroup var common: CommonOptions

  @Option(help: "What you call this device.")
  var name: String?

  @Flag(help: "Keep the device key without a passphrase, in a file of mode 0600.")
  var noPassphrase = false

  @Argument(help: "What freehold link printed.")
  var code: String

  @Argument(help: "The folder.")
  var dir: String?

  func run() async throws {
    let session = try Session(common)
    let code: LinkCode
    do {
      code = try LinkCode(self.code)
    } catch {
      throw FreeholdError(
        .usage, "that is no code: \(FreeholdError.words(error))",
        hint: "freehold link on the other device prints one; copy all of it")
    }
    guard let typed = dir ?? common.folder else {
      throw FreeholdError(
        .usage, "into which folder shall the vault come?", hint: "freehold join CODE DIR")
    }
    let folder = try NewFolder(typed, session)
    let unlock = try session.unlocking.newOrKnownDevice(
      session.home, withoutPassphrase: noPassphrase)
    let hold = try session.home.hold()
    defer { hold.release() }
    let place = try folder.make()
    let left = try session.home.unfinishedVaults(in: place.path.bytes)
    let vault = try await session.closingNetwork {
      // A code is good for one time: the same command again goes on with what it has brought.
      if let known = left.first(where: { $0.isAdmitted(with: code) }) {
        return try await Vault.resume(known, in: session.home, unlock: unlock)
      }
      return try await Vault.join(
        code: code, deviceName: name ?? HostName.short, folder: place.path.bytes,
        in: session.home, unlock: unlock)
    }
    try await session.finishJoining(vault, in: place)
    try session.tellJoined(vault, common)
  }
}

extension Session {
  /// Runs something that talks to nodes without an open vault, and hangs up.
  func closingNetwork<Result>(_ body: () async throws -> Result) async throws -> Result {
    do {
      let result = try await body()
      await shutdown()
      return result
    } catch {
      await shutdown()
      throw error
    }
  }

  /// Binds the folder of a vault, or of one scope, that this device was let into: last, so that an
  /// interrupted command is gone on with by the same command.
  func finishJoining(
    _ vault: Vault, in place: NewFolder, scope: ScopeID? = nil
  ) async throws {
    try VaultPlace.bind(place.path, to: vault.did, scope: scope, disk: environment.disk)
    try await vault.finishMaking()
    try await vault.close()
  }

  /// Says what this machine is now.
  func tellJoined(_ vault: Vault, _ common: CommonOptions) throws {
    let isSealed = (try? home.deviceKeyFile()?.isSealed) ?? false
    guard !common.json else {
      return try console.data(
        .object([
          ("vault", .text(vault.did.text)), ("name", .text(vault.name)),
          ("device", .text(vault.deviceName)), ("deviceDid", .text(vault.device.text)),
          ("folder", .text(NamePath.shown(vault.folder))), ("keySealed", .bool(isSealed)),
        ]))
    }
    try console.data(vault.did.text)
    console.talk(
      "this is now the device \(NamePath.line(vault.deviceName)) of the vault "
        + "\(NamePath.line(vault.name))")
    if !isSealed { console.talk("the device key is not under a passphrase; its mode is 0600") }
    console.talk("next: freehold sync \(NamePath.shown(vault.folder))")
  }
}
