import Foundation
import Testing

struct HelpTests {
  static let verbs = [
    "init", "status", "sync", "ls", "cat", "log", "diff", "restore", "conflicts", "resolve",
    "check", "export", "node", "node add", "node list", "node remove", "node probe", "redundancy",
    "redundancy show", "redundancy set", "service", "service install", "service show",
    "service uninstall", "unlock", "lock", "doctor", "version", "completion",
    "link", "join", "recover", "device", "device list", "device revoke",
    "reencrypt",
  ]

  @Test(arguments: verbs)
  func `help is one screen on the standard output`(_ verb: String) throws {
    let command = try Command()
    let words = verb.split(separator: " ").map(String.init)
    let program = try Command.program("freehold")
    for arguments in [words + ["--help"], ["help"] + words] {
      let help = try command.run(program, arguments)
      #expect(help.status == 0)
      #expect(help.talk.isEmpty)
      #expect(help.lines.count > 4)
      #expect(help.lines.count <= 40)
      let example = try #require(help.text.range(of: "freehold \(verb)"))
      let usage = try #require(help.text.range(of: "USAGE:"))
      #expect(example.lowerBound < usage.lowerBound, "examples come first")
    }
  }

  @Test(
    arguments: [[], ["-h"], ["--help"], ["help"], ["help", "exit-codes"], ["help", "options"]]
      + [["help", "passphrase"], ["help", "times"], ["--json"]])
  func `pages are one screen on the standard output`(_ arguments: [String]) throws {
    let page = try Command().run(try Command.program("freehold"), arguments)
    #expect(page.status == 0)
    #expect(page.talk.isEmpty)
    #expect((10...40).contains(page.lines.count))
    #expect(!page.text.contains("\u{1B}"))
  }

  @Test func `the page of exit codes names every code`() throws {
    let page = try Command().run("help", "exit-codes")
    for code in [0, 1, 2, 3, 10, 11, 12, 13, 14, 15, 16, 17, 130] {
      #expect(page.lines.contains { $0.hasPrefix("  ") && $0.contains(" \(code)  ") })
    }
  }

  @Test(
    arguments: [
      (["statsu"], "status"), (["snyc"], "sync"), (["node", "lst"], "list"), (["push"], "sync"),
      (["pull"], "sync"), (["backup"], "sync"), (["snapshots"], "freehold log"),
      (["add"], "node add"),
      (["sync", "--acept"], "--accept"), (["--jsn", "ls"], "--json"),
      (["help", "restor"], "restore"),
      (["node", "add"], "invitation"), (["sync", "--no-such-thing"], "freehold help sync"),
    ])
  func `a mistake is a usage error with a hint`(_ words: [String], _ hint: String) throws {
    let program = try Command.program("freehold")
    let plain = try Command().run(program, words)
    #expect(plain.status == 2)
    #expect(plain.output.isEmpty)
    #expect(plain.talk.lowercased().contains(hint))
    let json = try Command().run(program, words + ["--json"])
    #expect(json.status == 2)
    #expect(json.errorCode == 2)
    #expect(json.talk.isEmpty)
  }

  @Test(arguments: ["bash", "zsh", "fish"])
  func `there is a completion script`(_ shell: String) throws {
    let script = try Command().run("completion", shell)
    #expect(script.status == 0)
    #expect(script.text.contains("redundancy"))
    #expect(!script.text.contains("unlock-agent"))
  }

  @Test func `the version is one line, and one object`() throws {
    let command = try Command()
    #expect(try command.run("version").lines.count == 1)
    #expect(try command.run("--version").lines.count == 1)
    #expect(try command.run("version", "--json").object?["name"] as? String == "freehold")
  }
}
