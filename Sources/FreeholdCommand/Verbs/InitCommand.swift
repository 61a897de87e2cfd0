import ArgumentParser
import Freehold
import Glibc
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
    let folder = try prepare(typed, session)
    guard recoveryOut != nil || session.console.canAsk else {
      throw FreeholdError(
        .usage, "the recovery sheet must go somewhere, and nobody is there to read it",
        hint: "--recovery-out FILE")
    }
    let unlock = try unlock(session)
    let sheet = try recoveryOut.map {
      try SheetFile(HomePlace.absolute(RawArguments.bytes(of: $0)))
    }
    try session.environment.disk.makeFolder(folder)
    guard let real = HomePlace.real(folder.bytes) else {
      throw FreeholdError(.failed, "\(folder) is not to be found any more")
    }
    let ownName = String(decoding: DiskPath(real).name, as: UTF8.self)
    let new = NewVault(
      name: name ?? ownName, deviceName: device ?? name ?? Self.hostName, folder: real)
    let (vault, phrase) = try await Vault.create(new, in: session.home, unlock: unlock)
    let text = RecoverySheet(
      vault: vault.did, name: vault.name, date: session.environment.clock.now(), phrase: phrase
    ).text
    try sheet?.write(text)
    try VaultPlace.bind(DiskPath(real), to: vault.did, disk: session.environment.disk)
    try await vault.close()
    if sheet == nil { try show(text, session.console) }
    try tell(vault, sheet: sheet?.path, session)
  }

  /// The folder, when it may become a vault.
  private func prepare(_ typed: String, _ session: Session) throws -> DiskPath {
    let bytes = HomePlace.absolute(RawArguments.bytes(of: typed))
    let folder = DiskPath(HomePlace.real(bytes) ?? bytes)
    if let item = try session.environment.disk.item(at: folder), item.kind != .folder {
      throw FreeholdError(.usage, "\(folder) is not a folder")
    }
    var above: DiskPath? = folder
    while let candidate = above {
      if let vault = try VaultPlace.vault(of: candidate, disk: session.environment.disk) {
        let what = candidate == folder ? "a vault already" : "in a vault's folder, \(candidate)"
        throw FreeholdError(
          .usage, "\(folder) is \(what): \(vault.text.suffix(16))",
          hint: "freehold status -C \(candidate) tells about it")
      }
      above = candidate.parent
    }
    return folder
  }

  private func unlock(_ session: Session) throws -> Unlock {
    guard try session.home.hasDevice() else {
      return try session.unlocking.newDevice(withoutPassphrase: noPassphrase)
    }
    if noPassphrase, try session.home.deviceKeyFile()?.isSealed == true {
      session.console.warn("this device has keys already, under a passphrase; they stay so")
    }
    return try session.unlocking.unlock(session.home)
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

  private static var hostName: String {
    var buffer = [CChar](repeating: 0, count: 256)
    guard gethostname(&buffer, 255) == 0 else { return "device" }
    let name = buffer.withUnsafeBufferPointer { pointer in
      pointer.baseAddress.map { RawArguments.bytes(at: $0) } ?? []
    }
    return name.isEmpty ? "device" : String(decoding: name.prefix { $0 != 0x2E }, as: UTF8.self)
  }
}
