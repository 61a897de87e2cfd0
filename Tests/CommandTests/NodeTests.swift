import Foundation
import Glibc
import Testing

/// The commands with a real node.
struct NodeTests {
  @Test func `a node is added, used, lost and removed`() throws {
    let command = try Command()
    try command.makeVault()
    try command.write("vault/a.txt", "hello")
    let host = try Host(command)
    let added = try command.run(
      "-C", command.vault, "node", "add", "-", "--name", "attic", input: host.invitation)
    try #require(added.status == 0, "\(added.talk)")
    let synced = try command.run("sync", "--json", command.vault)
    #expect(synced.status == 0)
    #expect((synced.object?["redundancy"] as? [String: Any])?["met"] as? Bool == true)
    let status = try command.run("status", command.vault)
    #expect(status.lines.first?.hasPrefix("safe:") == true)
    let listed = try #require(
      try command.run("node", "list", "--json", command.vault).object?["nodes"] as? [[String: Any]])
    #expect(listed.map { $0["name"] as? String } == ["attic"])
    #expect(listed[0]["url"] as? String == host.url)
    #expect(try command.run("node", "probe", command.vault).status == 0)
    #expect(try command.run("check", "--all", command.vault).status == 0)
    #expect(try command.run("doctor", command.vault).status == 0)
    #expect(try command.run("redundancy", "show", command.vault).text == "1/1\n")

    host.stop()
    try command.write("vault/b.txt", "saved here")
    let offline = try command.run("sync", "--json", command.vault)
    #expect(offline.status == 14)
    #expect(offline.errorCode == 14)
    #expect(try command.run("ls", command.vault).lines == ["a.txt", "b.txt"])
    #expect(
      try command.run("status", command.vault).lines.first?.hasPrefix("not safe yet:") == true)
    #expect(try command.run("node", "probe", command.vault).status == 14)
    #expect(try command.run("doctor", command.vault).status == 1)
    #expect(try command.run("node", "remove", "attic", command.vault).status == 2)
    #expect(try command.run("node", "remove", "attic", "--yes", command.vault).status == 0)
    #expect(try command.run("sync", command.vault).status == 0)
  }
}

/// A running node.
final class Host {
  let invitation: String
  let url: String
  private let process: Process

  init(_ command: Command) throws {
    let program = try Command.program("freehold-node")
    let data = command.path("node")
    let listen = "127.0.0.1:\(try Self.freePort())"
    let made = try command.run(
      program, ["init", "--data", data, "--size", "1GiB", "--listen", listen])
    try #require(made.status == 0, "\(made.talk)")
    invitation = try command.run(program, ["invite", "--data", data, "--quota", "100MiB"]).text
    process = command.process(program, ["serve", "--data", data])
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    // The first line of a node that serves begins with «ready»; reading waits for it.
    let ready = String(decoding: pipe.fileHandleForReading.availableData, as: UTF8.self)
    try #require(ready.contains("ready"), "\(ready)")
    url = "https://\(listen)"
  }

  deinit { stop() }

  func stop() {
    guard process.isRunning else { return }
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  private static func freePort() throws -> UInt16 {
    let file = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(file) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(file, $0, size) == 0 ? getsockname(file, $0, &size) : -1
      }
    }
    try #require(result == 0)
    return UInt16(bigEndian: address.sin_port)
  }
}
