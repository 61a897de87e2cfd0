import Freehold
import VaultCrypto
import VaultEnvironment

/// Comes by the device's keys: from a descriptor, a file or a command, from the unlock agent, or by
/// asking; in that order.
struct Unlocking: Sendable {
  private static let triesMax = 3
  private static let shortPassphraseBytes = 10
  static let hint =
    "set FREEHOLD_PASSPHRASE_FILE or FREEHOLD_PASSPHRASE_COMMAND, or use --passphrase-fd N"

  private let descriptor: Int32?
  private let console: Console
  private let environment: Environment

  init(options: CommonOptions, console: Console, environment: Environment) {
    descriptor = options.passphraseFd
    self.console = console
    self.environment = environment
  }

  /// The way to the keys of a device that is there.
  func unlock(_ home: Home, usesAgent: Bool = true) throws -> Unlock {
    guard let file = try home.deviceKeyFile(), file.isSealed else { return .unsealed }
    if let secret = try PassphraseSource.read(descriptor: descriptor, console: console) {
      return .passphrase { secret }
    }
    if usesAgent, let keys = AgentClient(device: file.did, home: home).keys() {
      return .keys(keys)
    }
    guard console.canAsk else {
      throw FreeholdError(
        .locked, "the device key is sealed, and nobody is there to type the passphrase",
        hint: Self.hint + ", or freehold unlock beforehand")
    }
    return .keys(try ask(home))
  }

  /// The way to the keys of the device that is there, or how those of a new one are to be kept.
  func newOrKnownDevice(_ home: Home, withoutPassphrase: Bool) throws -> Unlock {
    guard try home.hasDevice() else { return try newDevice(withoutPassphrase: withoutPassphrase) }
    if withoutPassphrase, try home.deviceKeyFile()?.isSealed == true {
      console.warn("this device has keys already, under a passphrase; they stay so")
    }
    return try unlock(home)
  }

  /// How the keys of a new device are to be kept.
  func newDevice(withoutPassphrase: Bool) throws -> Unlock {
    if withoutPassphrase { return .unsealed }
    if let secret = try PassphraseSource.read(descriptor: descriptor, console: console) {
      return .passphrase { secret }
    }
    guard console.canAsk else {
      throw FreeholdError(
        .usage, "a passphrase for the device key is needed, and nobody is there to type it",
        hint: "\(Self.hint), or --no-passphrase")
    }
    let secret = try askNew()
    return .passphrase { secret }
  }

  private func ask(_ home: Home) throws -> DeviceKeys {
    for attempt in 1...Self.triesMax {
      let secret = try TerminalPrompt.readSecret("Passphrase")
      do {
        return try home.openKeys(.passphrase { secret })
      } catch let error as FreeholdError where error.code == .locked && attempt < Self.triesMax {
        console.talk("that is not it")
      }
    }
    throw FreeholdError(.locked, "the passphrase is wrong")
  }

  private func askNew() throws -> SecretBytes {
    while true {
      let first = try TerminalPrompt.readSecret("New passphrase for this device's keys")
      guard first.count > 0 else {
        console.talk("an empty passphrase protects nothing; --no-passphrase says so openly")
        continue
      }
      if first.count < Self.shortPassphraseBytes {
        console.warn("short: a few random words are better and easy to type")
      }
      if try TerminalPrompt.readSecret("Once more") == first { return first }
      console.talk("these two differ")
    }
  }
}
