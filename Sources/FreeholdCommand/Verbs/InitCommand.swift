import ArgumentParser
import Freehold
import VaultCrypto
import VaultEncoding
import VaultEnvironment

/// `freehold init`: make a vault of a folder.
struct InitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init", abstract: "Make a vault of a folder, and the sheet that brings it back.",
    discussion: """
      freehold init ~/vault
      freehold init ~/vault --name laptop --recovery-out /media/usb/recovery-sheet

      Makes the folder when it is missing; what is in it already is taken up by the first sync.
      The recovery sheet holds 24 words: they alone bring the vault back when all devices are
      lost. Without --recovery-out they are shown once, here.
      """)

  @OptionGroup var common: CommonOptions

  @Option(help: "What you call the vault and, without --device, this device.")
  var name: String?

  @Option(help: "What you call this device.")
  var device: String?

  @Option(help: ArgumentHelp("Write the recovery sheet here, mode 0600.", valueName: "file"))
  var recoveryOut: String?

  @Flag(help: "Keep the device key without a passphrase, in a file of mode 0600.")
  var noPassphrase = false

  @Argument(help: "The folder.")
  var dir: String?

  func run() async throws {
    let session = try Session(common)
    guard let typed = dir ?? common.folder else {
      throw FreeholdError(
        .usage, "which folder shall become a vault?", hint: "freehold init DIR")
    }
    // Once to refuse before anything is made, once while no other process can bind the folder.
    _ = try prepare(typed, session)
    let hold = try session.home.hold()
    defer { hold.release() }
    let (folder, bound) = try prepare(typed, session)
    let sheetPath = recoveryOut.map { DiskPath(HomePlace.absolute(RawArguments.bytes(of: $0))) }
    let left = try session.home.unfinishedVaults(in: folder.bytes).first { $0.sheet != nil }
    if let left, bound == left.vault || isComplete(sheetPath, left, session) {
      return try await finish(left, in: folder, sheet: sheetPath, session)
    }
    if let bound { throw Self.isBound(folder, in: folder, to: bound) }
    guard sheetPath != nil || session.console.canAsk else {
      throw FreeholdError(
        .usage, "the recovery sheet must go somewhere, and nobody is there to read it",
        hint: "--recovery-out FILE")
    }
    let unlock = try session.unlocking.newOrKnownDevice(
      session.home, withoutPassphrase: noPassphrase)
    let sheet = try sheetPath.map { try SheetFile($0, isLeft: left?.sheet == $0.bytes) }
    if let left { try session.home.discard(left) }
    try session.environment.disk.makeFolder(folder)
    guard let real = HomePlace.real(folder.bytes) else {
      throw FreeholdError(.failed, "\(folder) is not to be found any more")
    }
    let ownName = String(decoding: DiskPath(real).name, as: UTF8.self)
    let new = NewVault(
      name: name ?? ownName, deviceName: device ?? name ?? HostName.short, folder: real,
      sheet: sheetPath?.bytes ?? [])
    let (vault, phrase) = try await Vault.create(new, in: session.home, unlock: unlock)
    let text = RecoverySheet(
      vault: vault.did, name: vault.name, date: session.environment.clock.now(), phrase: phrase
    ).text
    // The folder is bound last: until then nobody uses the vault, and it can be made anew.
    if let sheet { try sheet.write(text) } else { try show(text, session.console) }
    try VaultPlace.bind(DiskPath(real), to: vault.did, disk: session.environment.disk)
    try await vault.finishMaking()
    try await vault.close()
    try tell(vault, sheet: sheet?.path, session)
  }

  /// Whether the sheet of an interrupted `init` has all of its words.
  private func isComplete(
    _ sheet: DiskPath?, _ left: UnfinishedVault, _ session: Session
  ) -> Bool {
    guard let sheet, sheet.bytes == left.sheet,
      let bytes = try? session.environment.disk.read(sheet, bytesMax: SheetFile.bytesMax),
      let phrase = RecoverySheet.phrase(in: String(decoding: bytes, as: UTF8.self)),
      let root = try? RootKeys(phrase: phrase)
    else { return false }
    return root.signing.did == left.vault
  }

  /// Ends what an interrupted `init` of the same folder began.
  private func finish(
    _ left: UnfinishedVault, in folder: DiskPath, sheet: DiskPath?, _ session: Session
  ) async throws {
    try VaultPlace.bind(folder, to: left.vault, disk: session.environment.disk)
    let unlock = try session.unlocking.unlock(session.home)
    let vault = try Vault.open(left.vault, in: session.home, unlock: unlock)
    try await vault.close()
    try tell(vault, sheet: sheet, session)
  }

  /// The folder, when it may become a vault, and the vault that it is bound to already.
  private func prepare(
    _ typed: String, _ session: Session
  ) throws -> (folder: DiskPath, bound: DID?) {
    let bytes = HomePlace.absolute(RawArguments.bytes(of: typed))
    let folder = DiskPath(bytes).withoutLinks
    let disk = session.environment.disk
    if let item = try disk.item(at: folder), item.kind != .folder {
      throw FreeholdError(.usage, "\(folder) is not a folder")
    }
    var above = folder.parent
    while let candidate = above {
      if let vault = try VaultPlace.vault(of: candidate, disk: disk) {
        throw Self.isBound(folder, in: candidate, to: vault)
      }
      above = candidate.parent
    }
    return (folder, try VaultPlace.vault(of: folder, disk: disk))
  }

  private static func isBound(
    _ folder: DiskPath, in candidate: DiskPath, to vault: DID
  ) -> FreeholdError {
    let what = candidate == folder ? "a vault already" : "in a vault's folder, \(candidate)"
    return FreeholdError(
      .usage, "\(folder) is \(what): \(vault.text.suffix(16))",
      hint: "freehold status -C \(candidate) tells about it")
  }

  private func show(_ text: String, _ console: Console) throws {
    console.endProgress()
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      console.insist(String(line))
    }
    while try !console.confirm("Have you written the words down", flag: "--recovery-out FILE") {}
  }

  private func tell(_ vault: Vault, sheet: DiskPath?, _ session: Session) throws {
    let isSealed = (try? session.home.deviceKeyFile()?.isSealed) ?? false
    guard !common.json else {
      return try session.console.data(
        .object([
          ("vault", .text(vault.did.text)), ("name", .text(vault.name)),
          ("device", .text(vault.deviceName)), ("deviceDid", .text(vault.device.text)),
          ("folder", .text(NamePath.shown(vault.folder))), ("keySealed", .bool(isSealed)),
          ("recoverySheet", .text(sheet?.description)),
        ]))
    }
    try session.console.data(vault.did.text)
    let console = session.console
    console.talk("\(NamePath.shown(vault.folder)) is now the vault \(NamePath.line(vault.name))")
    if let sheet {
      console.talk("recovery sheet: \(sheet) – print it, keep it safe, delete the file")
      if sheet.bytes.starts(with: vault.folder + [UInt8(ascii: "/")]) {
        console.warn("the sheet lies in the vault itself, where it is of no use when all is lost")
      }
    }
    if !isSealed { console.talk("the device key is not under a passphrase; its mode is 0600") }
    console.talk("next: freehold node add INVITATION, then freehold sync")
  }
}
