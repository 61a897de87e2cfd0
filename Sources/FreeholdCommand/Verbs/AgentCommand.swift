import ArgumentParser
import Freehold
import VaultCrypto
import VaultEnvironment

/// The process that `freehold unlock` leaves behind; not for people.
struct AgentCommand: ParsableCommand {
  static let name = "unlock-agent"
  static let configuration = CommandConfiguration(
    commandName: name, abstract: "Hold keys; started by freehold unlock.", shouldDisplay: false)

  @Option(help: .hidden)
  var socket: String

  @Option(help: .hidden)
  var idle: Int

  func run() throws {
    ChildProcess.closeInherited()
    let keyFile = UnlockAgent.receiveKeyFile()
    guard keyFile.count > 0 else { throw FreeholdError(.usage, "there are no keys to hold") }
    try UnlockAgent(
      socket: AgentSocket(path: RawArguments.bytes(of: socket)), keyFile: keyFile,
      idleSeconds: idle, clock: LiveClock()
    ).run()
  }
}
