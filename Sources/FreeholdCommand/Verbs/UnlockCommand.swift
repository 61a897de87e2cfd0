import ArgumentParser
import Freehold
import Glibc
import VaultCrypto
import VaultEncoding

/// `freehold unlock`: keep the keys open for a while.
struct UnlockCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "unlock", abstract: "Type the passphrase once; every command finds the keys open.",
    discussion: """
      freehold unlock
      freehold unlock --for 2h
      freehold lock

      A process in the background holds the keys in memory that is never swapped out, for you
      alone, until nobody has asked for them for 15 minutes.
      """)

  private static let secondsMax = 86_400

  @OptionGroup var common: CommonOptions

  @Option(
    name: .customLong("for"), help: ArgumentHelp("Idle time before they go.", valueName: "time"))
  var idle = "15m"

  func run() async throws {
    let session = try Session(common)
    let seconds = try idleSeconds()
    guard let file = try session.home.deviceKeyFile() else {
      throw FreeholdError(
        .noSuchVault, "there is no device key in \(session.home.path)",
        hint: "freehold init DIR makes a vault")
    }
    guard file.isSealed else {
      session.console.talk("the keys of this device need no passphrase")
      return try tell(session, state: "unsealed", seconds: nil)
    }
    let agent = AgentClient(device: file.did, home: session.home)
    let unlock = try session.unlocking.unlock(session.home, usesAgent: false)
    let keys = try session.home.openKeys(unlock)
    _ = agent.lock()
    try AgentStart.start(keys, device: file.did, home: session.home, idleSeconds: seconds)
    session.console.talk(
      "unlocked, until nothing has asked for the keys for "
        + TimeExpression.durationText(milliseconds: Int64(seconds) * 1000))
    try tell(session, state: "unlocked", seconds: seconds)
  }

  private func tell(_ session: Session, state: String, seconds: Int?) throws {
    guard common.json else { return }
    try session.console.data(
      .object([("state", .text(state)), ("idleSeconds", .number(seconds))]))
  }

  private func idleSeconds() throws -> Int {
    guard case .duration(let milliseconds)? = try? TimeExpression(idle), milliseconds >= 1000 else {
      throw FreeholdError(
        .usage, "“\(NamePath.shown(idle))” is no length of time", hint: "such as 2h")
    }
    return min(Int(milliseconds / 1000), Self.secondsMax)
  }
}

/// Starts the unlock agent: the same program, in a session of its own.
private enum AgentStart {
  static func start(_ keys: DeviceKeys, device: DID, home: Home, idleSeconds: Int) throws {
    let socket = AgentSocket(device: device, home: home)
    let (keysRead, keysWrite) = try ChildProcess.makePipe()
    let (readyRead, readyWrite) = try ChildProcess.makePipe()
    let nowhere = open("/dev/null", O_RDWR | O_CLOEXEC)
    defer { for file in [readyRead, nowhere] { close(file) } }
    let arguments = [
      "freehold", AgentCommand.name, "--socket", RawArguments.text(of: socket.path), "--idle",
      String(idleSeconds),
    ]
    do {
      defer { for file in [keysRead, readyWrite] { close(file) } }
      _ = try ChildProcess.start(
        "/proc/self/exe", arguments,
        descriptors: [
          STDIN_FILENO: keysRead, STDOUT_FILENO: readyWrite, STDERR_FILENO: nowhere,
        ], inOwnSession: true)
    }
    // A key file is shorter than a pipe, so this never waits.
    let bytes = SecretBytes(DeviceKeyFile.unsealed(keys).bytes)
    let sent = bytes.withBytes { write(keysWrite, $0.baseAddress, $0.count) }
    close(keysWrite)
    var ready: UInt8 = 0
    guard sent == bytes.count, read(readyRead, &ready, 1) == 1 else {
      throw FreeholdError(
        .failed, "the unlock agent did not start", hint: "is \(NamePath.shown(socket.path)) usable?"
      )
    }
  }
}
