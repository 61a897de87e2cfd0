import Foundation
import Glibc
import Testing

struct VaultTests {
  @Test func `init writes a sheet of 24 words that only the owner can read`() throws {
    let command = try Command()
    try command.makeVault()
    let text = try String(contentsOfFile: command.sheet, encoding: .utf8)
    let numbered = text.matches(of: #/(\d{1,2})\. ([a-z]{3,8})\b/#)
    #expect(numbered.map { Int($0.1) } == (1...24).map { Optional($0) })
    #expect(text.split(separator: "\n").count { $0.contains(#/\d\. [a-z]/#) } == 6)
    for file in [
      command.sheet, command.path("vault/.freehold/vault"), command.path("home/device.key"),
    ] {
      #expect(try mode(file) == 0o600)
    }
    #expect(try mode(command.path("vault/.freehold")) == 0o700)
  }

  @Test func `init never makes a vault twice, nor in a vault, nor over a sheet`() throws {
    let command = try Command()
    try command.makeVault()
    let sheet = try Data(contentsOf: URL(fileURLWithPath: command.sheet))
    for folder in [command.vault, command.vault + "/inner"] {
      let again = try command.run(
        "init", folder, "--no-passphrase", "--recovery-out", command.path("other"))
      #expect(again.status == 2)
      #expect(!FileManager.default.fileExists(atPath: command.path("other")))
    }
    let over = try command.run(
      "init", command.path("second"), "--no-passphrase", "--recovery-out", command.sheet)
    #expect(over.status == 2)
    #expect(try Data(contentsOf: URL(fileURLWithPath: command.sheet)) == sheet)
    #expect(!FileManager.default.fileExists(atPath: command.path("second")))
  }

  @Test func `nothing asks when nobody is there`() throws {
    let command = try Command()
    let noSheet = try command.run("init", command.vault, "--no-passphrase")
    #expect(noSheet.status == 2)
    #expect(noSheet.talk.contains("--recovery-out"))
    let noPassphrase = try command.run("init", command.vault, "--recovery-out", command.sheet)
    #expect(noPassphrase.status == 2)
    #expect(noPassphrase.talk.contains("--no-passphrase"))
    #expect(!FileManager.default.fileExists(atPath: command.sheet))
  }

  @Test func `status has the fields that scripts rely on`() throws {
    let command = try Command()
    try command.makeVault()
    let status = try command.run("status", "--json", command.vault)
    #expect(status.status == 0)
    let object = try #require(status.object)
    for key in [
      "vault", "device", "files", "bytes", "pendingBytes", "conflicts", "nodes", "redundancy",
      "problems",
    ] { #expect(object[key] != nil, "\(key)") }
    let redundancy = try #require(object["redundancy"] as? [String: Any])
    #expect(Set(redundancy.keys) == ["k", "n", "met"])
    let human = try command.run("-C", command.vault, "status")
    #expect(human.lines.first?.hasPrefix("not safe yet:") == true)
    #expect(human.talk.isEmpty)
  }

  @Test func `without nodes a sync succeeds and warns`() throws {
    let command = try Command()
    try command.makeVault()
    try command.write("vault/a.txt", "hello")
    let rehearsal = try command.run("sync", "--dry-run", command.vault)
    #expect(rehearsal.status == 0)
    #expect(rehearsal.talk.contains("1 added"))
    #expect(try command.run("ls", command.vault).output.isEmpty)
    let sync = try command.run("-C", command.vault, "sync", "--json")
    #expect(sync.status == 0)
    let object = try #require(sync.object)
    for key in ["sent", "received", "files", "conflicts", "redundancy", "durationMs"] {
      #expect(object[key] != nil, "\(key)")
    }
    #expect((object["files"] as? [String: Int]) == ["added": 1, "changed": 0, "deleted": 0])
    let again = try command.run("sync", command.vault)
    #expect(again.status == 0)
    #expect(again.talk.contains("on this device only"))
    #expect(again.output.isEmpty)
  }

  @Test func `files come back as they were`() throws {
    let command = try Command()
    try command.makeVault()
    #expect(try command.run("ls", command.vault).text.isEmpty)
    try command.write("vault/a.txt", "hello")
    #expect(try command.run("sync", command.vault).status == 0)
    #expect(try command.run("ls", command.vault).text == "a.txt\n")
    #expect(try command.run("cat", "a.txt", command.vault).text == "hello")
    #expect(
      try command.run("-C", command.vault, "cat", "/a.txt", "--json").object?["base64"] as? String
        == "aGVsbG8=")
    #expect(try command.run("log", "a.txt", command.vault).lines.count == 1)
    #expect(try command.run("diff", command.vault).text.contains("a.txt"))
    #expect(try command.run("check", command.vault).status == 0)
    #expect(try command.run("conflicts", "--json", command.vault).object != nil)
    let restored = try command.run("restore", "/", "--to", command.path("out"), command.vault)
    #expect(restored.status == 0)
    #expect(try String(contentsOfFile: command.path("out/a.txt"), encoding: .utf8) == "hello")
    #expect(try command.run("export", command.path("all.tar"), command.vault).status == 0)
    #expect(try command.run("export", command.path("all.tar"), command.vault).status == 2)
  }

  @Test func `names that are not text go through pipes as they are`() throws {
    let command = try Command()
    try command.makeVault()
    let name: [UInt8] = Array(command.vault.utf8) + [0x2F, 0x62, 0xE9, 0x0A, 0x1B, 0]
    let file = open(name.map { CChar(bitPattern: $0) }, O_CREAT | O_WRONLY, 0o644)
    try #require(file >= 0)
    close(file)
    #expect(try command.run("sync", command.vault).status == 0)
    #expect(try command.run("ls", "-0", command.vault).output == Data([0x62, 0xE9, 0x0A, 0x1B, 0]))
    let json = try command.run("ls", "--json", command.vault)
    #expect(json.object?["path"] as? String == #"b\xE9\n\x1B"#)
    #expect(
      json.object?["pathBase64"] as? String == Data([0x62, 0xE9, 0x0A, 0x1B]).base64EncodedString())
  }

  @Test func `what is missing is told by its code`() throws {
    let command = try Command()
    #expect(try command.run("status", command.folder.path).status == 10)
    #expect(try command.run("ls", "-C", command.path("nowhere"), "--json").errorCode == 10)
    try command.makeVault()
    #expect(try command.run("cat", "nothing", command.vault).status == 10)
    #expect(try command.run("node", "remove", "nobody", command.vault).status == 10)
    #expect(try command.run("ls", "--at", "soon", command.vault).status == 2)
    #expect(try command.run("redundancy", "set", "3/2", command.vault).status == 2)
    #expect(try command.run("node", "add", "freehold-node:xyz", command.vault).status == 2)
    #expect(try command.run("sync", "-C", command.vault, command.vault).status == 2)
    #expect(try command.run("doctor", command.vault).status == 0)
    #expect(try command.run("doctor", command.folder.path).status == 1)
  }

  @Test func `a vault that another process writes to is busy, but its status is told`() throws {
    let command = try Command()
    try command.makeVault()
    let vaults = try FileManager.default.contentsOfDirectory(atPath: command.path("home/vaults"))
    let lock = open(command.path("home/vaults/\(vaults[0])/lock"), O_RDWR)
    try #require(lock >= 0 && flock(lock, LOCK_EX) == 0)
    defer { close(lock) }
    #expect(try command.run("sync", command.vault, "--json").errorCode == 11)
    #expect(try command.run("status", command.vault).status == 0)
    #expect(try command.run("doctor", command.vault).status == 0)
  }

  @Test func `colour is there only when it is wanted`() throws {
    let command = try Command()
    try command.makeVault()
    let wanted = try command.run("status", "--color", "always", command.vault)
    #expect(wanted.text.contains("\u{1B}["))
    for arguments in [["status"], ["status", "--color=never"], ["--no-color", "status"]] {
      let plain = try command.run(
        try Command.program("freehold"), ["-C", command.vault] + arguments)
      #expect(!plain.text.contains("\u{1B}"))
    }
  }

  @Test func `a reader that goes away is no error`() throws {
    let command = try Command()
    try command.makeVault()
    let program = try Command.program("freehold").path
    let piped = try command.run(
      URL(fileURLWithPath: "/bin/sh"),
      ["-c", "'\(program)' help | true; '\(program)' version | true"])
    #expect(piped.talk.isEmpty)
  }

  private func mode(_ path: String) throws -> Int {
    try #require(
      FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
  }
}
