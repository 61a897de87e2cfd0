import FreeholdTestKit
import Testing
import VaultEncoding
import VaultFolder

@testable import Freehold

@Suite struct PolicyTextTests {
  @Test(arguments: [
    "bob may read photos/2026",
    "bob may read photos/2026 until 2027-02-23T00:15:16Z",
    "carol may write / re-share 2",
    "\"dear \\\"carol\\\"\" may write \"old notes\"",
    "\"#1\" may hold a/b",
    "dave may write b only *.md never remove",
    "zoë may read Ünïcode",
  ]) func `a sentence that is printed is read as the same`(_ line: String) throws {
    let text = try PolicyText(parsing: Array("freehold-policy 1\n\(line)\n".utf8))
    #expect(text.rules.count == 1)
    #expect(text.rules[0].line == line)
    #expect(try PolicyText(parsing: Array(text.text.utf8)).rules == text.rules)
  }

  @Test(arguments: [
    "", "bob may read a\n", "freehold-policy 2\n", "freehold-policy 1\nbob may\n",
    "freehold-policy 1\nbob must read a\n", "freehold-policy 1\nbob may manage /\n",
    "freehold-policy 1\nbob may read a until tomorrow\n",
    "freehold-policy 1\nbob may read a until 90d\n", "freehold-policy 1\nbob may read a only x\n",
    "freehold-policy 1\nbob may read a never remove\n",
    "freehold-policy 1\nbob may write a never write\n",
    "freehold-policy 1\nbob may read a re-share 0\n", "freehold-policy 1\nbob may read ../a\n",
    "freehold-policy 1\nbob may read \"a\n", "freehold-policy 1\nbob may read a until\n",
  ]) func `what is no policy is refused`(_ text: String) {
    #expect {
      try PolicyText(parsing: Array(text.utf8))
    } throws: {
      ($0 as? FreeholdError)?.code == .usage
    }
  }

  @Test func `any bytes are read or refused, and never trap`() {
    var generator = SeededGenerator(seed: 12)
    let words = ["freehold-policy 1\n", "bob", " may ", "read", "\"", "\\", " until ", "#", "\n"]
    for _ in 0..<2_000 {
      let text = (0..<8).map { _ in words[Int(generator.next() % UInt64(words.count))] }.joined()
      _ = try? PolicyText(parsing: Array(text.utf8))
      _ = try? PolicyText(parsing: generator.bytes(40))
    }
  }

  @Test func `a text that is applied is what is printed then`() async throws {
    let world = try await SharingWorld()
    try world.folder.write("one/a.txt", "a")
    try world.folder.write("two/b.txt", "b")
    try await world.own.sync(0)
    try await world.meet("bob")
    try await world.meet("carol")
    try await world.share("one", with: "bob", .read)
    let owner = try world.owner
    let before = try await owner.policyText()
    #expect(before.rules.map(\.line) == ["bob may read one"])
    #expect(try await owner.planPolicy(try PolicyText(parsing: Array(before.text.utf8))).isEmpty)
    let wanted = try PolicyText(
      parsing: Array(
        "freehold-policy 1\ncarol may write two\nbob may read two until 2030-01-01T00:00:00Z\n"
          .utf8))
    let change = try await owner.planPolicy(wanted)
    #expect(change.revoked.map(\.line) == ["bob may read one"])
    #expect(change.granted.count == 2)
    _ = try await owner.apply(change)
    #expect(try await owner.policyText().rules == wanted.rules)
    #expect(try await owner.planPolicy(wanted).isEmpty)
  }

  @Test func `what was ignored before a folder is shared is ignored in it`() {
    let above =
      "*.tmp\n# a comment\n/photos/raw/\nphotos/*.bak\nother/x\n!photos/keep.tmp\n**/deep\n"
    let inside = AboveRules.translated(Array(above.utf8), into: [Array("photos".utf8)])
    #expect(
      String(decoding: inside, as: UTF8.self)
        == "*.tmp\n/raw/\n/*.bak\n!/keep.tmp\n**/deep\n")
    let deeper = AboveRules.translated(
      Array("ph*/2026/raw\n/photos/2027/raw\n".utf8),
      into: [Array("photos".utf8), Array("2026".utf8)])
    #expect(String(decoding: deeper, as: UTF8.self) == "/raw\n")
  }
}
