import Foundation
import Glibc
import Testing

/// Devices that come and go, with real processes and a real node.
struct DeviceTests {
  private let command: Command
  private let host: Host

  init() throws {
    command = try Command()
    try command.makeVault()
    host = try Host(command)
    let added = try command.run("-C", command.vault, "node", "add", "-", input: host.invitation)
    try #require(added.status == 0, "\(added.talk)")
    try command.write("vault/a.txt", "one")
    try #require(try command.run("sync", command.vault).status == 0)
    try command.write("vault/a.txt", "one and two")
    try #require(try command.run("sync", command.vault).status == 0)
  }

  private var second: [String: String] { ["FREEHOLD_HOME": command.path("home2")] }
  private var desktop: String { command.path("desktop") }

  /// Starts `freehold link`; gives its code when it is open.
  private func link(_ words: String...) throws -> (process: Process, code: String) {
    let process = command.process(
      try Command.program("freehold"), ["-C", command.vault, "link"] + words)
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let line = String(decoding: pipe.fileHandleForReading.availableData, as: UTF8.self)
    try #require(line.hasPrefix("freehold join ") && line.hasSuffix("\n"), "\(line)")
    return (process, String(line.dropFirst("freehold join ".count).dropLast()))
  }

  private func join(_ code: String, _ folder: String? = nil) throws -> Command.Outcome {
    try command.run(
      "join", code, folder ?? desktop, "--name", "desktop", "--no-passphrase", variables: second)
  }

  @Test func `a device joins, is listed, and is put out`() throws {
    let (process, code) = try link("--out", command.path("code"))
    #expect(
      try String(contentsOfFile: command.path("code"), encoding: .utf8)
        == "freehold join \(code)\n")
    #expect(!code.contains(" "))
    try FileManager.default.createDirectory(
      atPath: desktop, withIntermediateDirectories: true)
    try command.write("desktop/own.txt", "was here before")
    let joined = try join(code)
    try #require(joined.status == 0, "\(joined.talk)")
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    let synced = try command.run("sync", desktop, variables: second)
    #expect([0, 3].contains(synced.status), "\(synced.talk)")
    #expect(try command.run("cat", "a.txt", desktop, variables: second).text == "one and two")
    #expect(
      try String(contentsOfFile: desktop + "/own.txt", encoding: .utf8) == "was here before")

    _ = try command.run("sync", command.vault)
    #expect(try command.run("cat", "own.txt", command.vault).text == "was here before")
    let listed = try #require(
      try command.run("device", "list", "--json", command.vault).object?["devices"]
        as? [[String: Any]])
    #expect(listed.map { $0["name"] as? String } == ["laptop", "desktop"])
    #expect(listed.map { $0["this"] as? Bool } == [true, false])
    #expect(listed.allSatisfy { $0["revoked"] as? Bool == false && $0["since"] is String })
    #expect(try command.run("device", "list", command.vault).lines.count == 2)

    #expect(try command.run("device", "revoke", "desktop", command.vault).status == 17)
    #expect(try command.run("device", "revoke", "nobody", "--yes", command.vault).status == 10)
    let junior = try command.run(
      "device", "revoke", "laptop", "--yes", desktop, variables: second)
    #expect(junior.status == 13)
    #expect(junior.talk.contains("24 words"))
    let revoked = try command.run(
      "device", "revoke", "desktop", "--yes", "--json", command.vault)
    #expect(revoked.status == 0, "\(revoked.talk)")
    let nodes = try #require(revoked.object?["nodes"] as? [String: Any])
    #expect(nodes["acknowledged"] as? [String] == ["node1"])
    #expect((nodes["silent"] as? [Any])?.isEmpty == true)
    try command.write("vault/later.txt", "not for the desktop")
    #expect(try command.run("sync", command.vault).status == 0)
    #expect(try command.run("sync", desktop, variables: second).status == 13)
    #expect(try command.run("cat", "later.txt", desktop, variables: second).status == 10)
  }

  @Test func `a wrong code is dead, and so says either side`() throws {
    let (process, code) = try link()
    let at = try #require(code.firstIndex(of: "@"))
    let wrong = code.prefix(7) + "-zoo-zoo" + code[at...]
    let refused = try join(String(wrong))
    #expect(refused.status == 13)
    #expect(refused.talk.contains("freehold link"))
    process.waitUntilExit()
    #expect(process.terminationStatus == 13)
    #expect(try [10, 13].contains(join(code).status))
    #expect(try join("nonsense").status == 2)
    #expect(try join("1234567-zoo-zoo" + code[at...]).status == 10)
    #expect(try join("1234567-zoo-zoo@127.0.0.1:1").status == 14)
    #expect(
      try command.run("join", code, command.vault, "--no-passphrase", variables: second).status
        == 2, "a folder that has a vault is not taken")
  }

  @Test func `a copied home says so and becomes a new device`() throws {
    try FileManager.default.copyItem(
      atPath: command.path("home"), toPath: command.path("home2"))
    try command.write("vault/b.txt", "new")
    let synced = try command.run("sync", "--json", command.vault, variables: second)
    #expect([0, 3].contains(synced.status), "\(synced.talk)")
    #expect(synced.talk.contains("copy") && synced.talk.contains("laptop-2"))
    #expect(
      (synced.object?["outgoing"] as? [String: Int]) == ["added": 1, "changed": 0, "deleted": 0],
      "\(synced.text)")
    let again = try command.run("sync", command.vault, variables: second)
    #expect(!again.talk.contains("copy"), "it says so once")
    let original = try command.run("sync", command.vault)
    #expect([0, 3].contains(original.status) && !original.talk.contains("copy"))
    let listed = try #require(
      try command.run("device", "list", "--json", command.vault).object?["devices"]
        as? [[String: Any]])
    #expect(listed.map { $0["name"] as? String } == ["laptop", "laptop-2"])
  }

  @Test func `link ends with a signal`() throws {
    let (process, _) = try link()
    kill(process.processIdentifier, SIGINT)
    process.waitUntilExit()
    #expect(process.terminationStatus == 130)
  }

  @Test func `the sheet and one node bring everything back`() throws {
    let phoenix = command.path("phoenix")
    func recover(_ sheet: String, _ node: String, _ home: String) throws -> Command.Outcome {
      try command.run(
        "recover", phoenix, "--phrase-file", sheet, "--node", node, "--no-passphrase", "--name",
        "phoenix", variables: ["FREEHOLD_HOME": command.path(home)])
    }
    let recovered = try recover(command.sheet, host.url, "home3")
    try #require(recovered.status == 0, "\(recovered.talk)")
    #expect(recovered.talk.contains("laptop"))
    let third = ["FREEHOLD_HOME": command.path("home3")]
    let synced = try command.run("sync", phoenix, variables: third)
    #expect([0, 3].contains(synced.status), "\(synced.talk)")
    #expect(try command.run("cat", "a.txt", phoenix, variables: third).text == "one and two")
    let versions = try command.run("log", "a.txt", "--json", phoenix, variables: third)
    #expect(versions.lines.count >= 2)
    let senior = try command.run(
      "device", "revoke", "laptop", "--yes", phoenix, variables: third)
    #expect(senior.status == 0, "\(senior.talk)")

    #expect(try recover(command.sheet, host.url, "home4").status == 2, "the folder is taken")
    try FileManager.default.removeItem(atPath: phoenix)
    try command.write("words", "abandon abandon")
    #expect(try recover(command.path("words"), host.url, "home4").status == 2)
    #expect(try recover(command.path("nothing"), host.url, "home4").status == 2)
    #expect(try recover(command.sheet, "http://x", "home4").status == 2)
    #expect(try recover(command.sheet, "https://127.0.0.1:1", "home4").status == 14)
  }
}
