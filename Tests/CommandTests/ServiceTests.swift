import Foundation
import Testing

@testable import FreeholdCommand

/// `freehold service` and the watch's own manners, with real processes.
struct ServiceTests {
  private func unit(_ folder: String, home: String = "/home/ann/.local/share/freehold") -> UserUnit
  {
    UserUnit(
      program: Array("/usr/bin/freehold".utf8), folder: Array(folder.utf8),
      home: Array(home.utf8), tag: "abcd")
  }

  @Test func `the unit runs a watch and holds no secret`() throws {
    let text = try unit("/home/ann/Vault").text()
    #expect(
      text.contains(
        "ExecStart=\"/usr/bin/freehold\" \"sync\" \"--watch\" \"--no-input\" \"--home\" "
          + "\"/home/ann/.local/share/freehold\" \"-C\" \"/home/ann/Vault\"\n"))
    #expect(text.contains("NoNewPrivileges=yes\n"))
    #expect(text.contains("ProtectSystem=strict\n"))
    #expect(!text.contains("LoadCredential"))
  }

  @Test func `the passphrase comes as a credential`() throws {
    var unit = unit("/home/ann/Vault")
    unit.passphraseFile = Array("/home/ann/pass 100%".utf8)
    unit.usesNamespaces = false
    let text = try unit.text()
    #expect(text.contains("LoadCredential=passphrase:/home/ann/pass 100%%\n"))
    #expect(text.contains("Environment=FREEHOLD_PASSPHRASE_FILE=%d/passphrase\n"))
    #expect(!text.contains("ProtectSystem"))
  }

  @Test func `names that mean something to systemd are protected`() throws {
    let text = try unit("/home/ann/50% \"$HOME\" \\ böse").text()
    #expect(text.contains("\"-C\" \"/home/ann/50%% \\\"$$HOME\\\" \\\\ böse\"\n"))
    #expect(throws: (any Error).self) { try unit("/home/ann/two\nlines").text() }
    let raw = UserUnit(program: [], folder: [0x2F, 0xFF], home: [], tag: "")
    #expect(throws: (any Error).self) { try raw.text() }
  }

  @Test func `install writes what show prints, once, and uninstall removes it`() throws {
    let command = try Command()
    try command.makeVault()
    let shown = try command.run("service", "show", command.vault)
    #expect(shown.status == 0)
    let first = try command.run("service", "install", command.vault)
    #expect(first.status == 0)
    #expect(first.talk.contains("systemctl --user enable --now freehold-"))
    let folder = command.path(".config/systemd/user")
    let name = try #require(FileManager.default.contentsOfDirectory(atPath: folder).first)
    #expect(try String(contentsOfFile: folder + "/" + name, encoding: .utf8) == shown.text)
    let second = try command.run("service", "install", "--json", command.vault)
    #expect(second.object?["changed"] as? Bool == false)
    #expect(try command.run("service", "uninstall", command.vault).status == 0)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
    #expect(try command.run("service", "uninstall", command.vault).status == 1)
  }

  @Test func `a watch takes no rehearsal and no acceptance for ever`() throws {
    let command = try Command()
    try command.makeVault()
    for flag in ["--dry-run", "--accept"] {
      #expect(try command.run("sync", "--watch", flag, command.vault).status == 2)
    }
  }
}
