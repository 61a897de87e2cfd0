import Foundation
import Testing

struct PassphraseTests {
  let command: Command

  init() throws {
    command = try Command()
    try command.write("right", "correct horse\n")
    try command.write("wrong", "wrong horse\n")
    for name in ["right", "wrong"] {
      try FileManager.default.setAttributes(
        [.posixPermissions: 0o600], ofItemAtPath: command.path(name))
    }
    let made = try command.run(
      "init", command.vault, "--recovery-out", command.sheet, variables: file("right"))
    try #require(made.status == 0, "\(made.talk)")
  }

  @Test func `the passphrase comes from a file, a command or a descriptor`() throws {
    #expect(try command.run("ls", command.vault, variables: file("right")).status == 0)
    let asked = ["FREEHOLD_PASSPHRASE_COMMAND": "cat '\(command.path("right"))'"]
    #expect(try command.run("ls", command.vault, variables: asked).status == 0)
    let read = try command.run(
      "--passphrase-fd", "0", "ls", command.vault, input: "correct horse\n")
    #expect(read.status == 0)
  }

  @Test func `a wrong, failing or missing passphrase is told as locked`() throws {
    #expect(try command.run("ls", command.vault, variables: file("wrong")).status == 12)
    #expect(
      try command.run("ls", "--json", command.vault, variables: file("wrong")).errorCode == 12)
    #expect(try command.run("ls", command.vault, variables: file("absent")).status == 12)
    let failing = ["FREEHOLD_PASSPHRASE_COMMAND": "exit 3"]
    #expect(try command.run("ls", command.vault, variables: failing).status == 12)
    let silent = try command.run("ls", command.vault)
    #expect(silent.status == 12)
    #expect(silent.talk.contains("FREEHOLD_PASSPHRASE_FILE"))
    #expect(try command.run("status", command.vault).status == 0)
  }

  @Test func `a passphrase file that others can read is warned about`() throws {
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o644], ofItemAtPath: command.path("right"))
    let warned = try command.run("ls", command.vault, variables: file("right"))
    #expect(warned.status == 0)
    #expect(warned.talk.contains("others can read"))
  }

  @Test func `the agent keeps the keys open until it is told to forget them`() throws {
    let opened = try command.run("unlock", "--for", "1m", variables: file("right"))
    #expect(opened.status == 0, "\(opened.talk)")
    let sockets = try FileManager.default.contentsOfDirectory(atPath: command.folder.path)
      .filter { $0.hasSuffix(".socket") }
    try #require(sockets.count == 1)
    let mode = try FileManager.default.attributesOfItem(atPath: command.path(sockets[0]))
    #expect(mode[.posixPermissions] as? Int == 0o600)
    #expect(try command.run("ls", command.vault).status == 0)
    #expect(try command.run("sync", command.vault).status == 0)
    #expect(try command.run("lock").talk.contains("locked"))
    #expect(try command.run("ls", command.vault).status == 12)
    #expect(try command.run("lock").talk.contains("nothing was unlocked"))
  }

  @Test func `the passphrase is asked for on a terminal and not shown`() throws {
    let program = try Command.program("freehold").path
    let script = """
      import os, pty, sys
      child, terminal = pty.fork()
      if child == 0:
        os.execv(sys.argv[1], sys.argv[1:])
      seen = b""
      answers = [b"wrong one\\r", b"correct horse\\r"]
      while True:
        try:
          part = os.read(terminal, 4096)
        except OSError:
          break
        if not part:
          break
        seen += part
        if seen.count(b"Passphrase: ") > 2 - len(answers) and answers:
          os.write(terminal, answers.pop(0))
      sys.stdout.buffer.write(seen)
      sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
      """
    let asked = try command.run(
      URL(fileURLWithPath: "/usr/bin/env"),
      ["python3", "-c", script, program, "ls", command.vault])
    #expect(asked.status == 0, "\(asked.text) \(asked.talk)")
    #expect(asked.text.contains("that is not it"))
    #expect(!asked.text.contains("horse"))
  }

  private func file(_ name: String) -> [String: String] {
    ["FREEHOLD_PASSPHRASE_FILE": command.path(name)]
  }
}
