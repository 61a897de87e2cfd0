import Freehold
import Testing
import VaultEncoding

@testable import FreeholdCommand

struct PieceTests {
  @Test func `JSON keeps the order of keys and escapes what it must`() {
    let value = JSON.object([
      ("b", .number(-3)), ("a", .array([.null, .bool(true), .text("é\"\\\n\u{1}\u{85}😀")])),
      ("", .object([(String, JSON)]())),
    ])
    #expect(value.line == #"{"b":-3,"a":[null,true,"é\"\\\n\u0001\u008"# + #"5😀"],"":{}}"#)
  }

  @Test func `arguments lose no byte`() {
    for bytes: [UInt8] in [
      [], [0x61, 0xE9], Array("größe/😀".utf8), [0xF4, 0x8F, 0xA3, 0xA9], [0xFF, 0xC3, 0x28],
      Array(0...255),
    ] {
      #expect(RawArguments.bytes(of: RawArguments.text(of: bytes)) == bytes)
    }
  }

  @Test func `distances count swaps of neighbours as one`() {
    #expect(EditDistance.between("status", "status") == 0)
    #expect(EditDistance.between("statsu", "status") == 1)
    #expect(EditDistance.between("", "abc") == 3)
    #expect(EditDistance.between("kitten", "sitting") == 3)
    #expect(EditDistance.suggestions(for: "xyzzy", among: ["sync", "status"]).isEmpty)
    #expect(EditDistance.suggestions(for: "rest", among: ["restore", "ls"]) == ["restore"])
  }

  @Test(
    arguments: [
      (["-C", "d", "--json", "node", "list"], ["node", "list", "-C", "d", "--json"]),
      (["node", "-C", "d", "list", "x"], ["node", "list", "-C", "d", "x"]),
      (["--home=h", "sync", "--json"], ["sync", "--home=h", "--json"]),
      (["--passphrase-fd", "3", "ls", "--", "-x"], ["ls", "--passphrase-fd", "3", "--", "-x"]),
      (["help", "node", "add"], ["node", "add", "--help"]), (["node"], ["node", "--help"]),
      (["--version"], ["version"]),
    ])
  func `the verb comes first`(_ typed: [String], _ words: [String]) throws {
    #expect(try ArgumentLine(typed).meaning == .verb(words))
  }

  @Test func `the verdict of a sync is the worst that happened`() {
    var report = SyncReport()
    report.redundancy = RedundancyStatus(needed: 2, total: 3, isMet: true)
    report.nodesAsked = 3
    report.nodesReached = 3
    #expect(Verdict(report, conflictsBefore: 0).code == nil)
    report.conflictCount = 1
    #expect(Verdict(report, conflictsBefore: 0).code == .needsDecision)
    #expect(Verdict(report, conflictsBefore: 1).code == nil)
    report.nodesReached = 2
    report.redundancy.isMet = false
    report.problems = [
      Problem(.warning, .offline, "a"), Problem(.warning, .partial, "b"),
      Problem(.warning, .needsDecision, "c"),
    ]
    #expect(Verdict(report, conflictsBefore: 0).code == .partial)
    report.nodesReached = 0
    #expect(Verdict(report, conflictsBefore: 0).code == .offline)
    report.problems.append(Problem(.warning, .noSpace, "d"))
    #expect(Verdict(report, conflictsBefore: 0).code == .noSpace)
    report.problems.append(Problem(.danger, .tampered, "e"))
    #expect(Verdict(report, conflictsBefore: 0).code == .tampered)
  }

  @Test func `too few nodes are a warning, a file not read is not`() {
    var report = SyncReport()
    report.redundancy = RedundancyStatus(needed: 2, total: 3, isMet: false)
    report.nodesAsked = 1
    report.nodesReached = 1
    report.problems = [Problem(.warning, .partial, "2 of 3 is wanted, and there is 1 node")]
    #expect(Verdict(report, conflictsBefore: 0).code == nil)
    report.problems.insert(Problem(.warning, .partial, "cannot read x"), at: 0)
    #expect(Verdict(report, conflictsBefore: 0).code == .partial)
    report.problems = [Problem(.note, .partial, "not kept: a socket")]
    #expect(Verdict(report.problems).code == nil)
  }

  @Test func `progress tells how long it takes`() {
    var state = SyncProgress().current
    state.phase = .reading
    state.files = (done: 12, all: 3_400)
    state.bytes = (done: 10 << 20, all: 40 << 20)
    #expect(
      ProgressLine.text(state, elapsed: .seconds(10))
        == "reading  12 of 3,400 files  10 MiB of 40 MiB  1 MiB/s  30 s left")
  }

  @Test func `numbers are put in words`() {
    #expect(Wording.grouped(1_234_567) == "1,234,567")
    #expect(Wording.grouped(-12) == "-12")
    #expect(Wording.count(1, "file") == "1 file")
    #expect(Wording.duration(milliseconds: 400) == "0.4 s")
    #expect(Wording.duration(milliseconds: 3_725_000) == "1 h 2 min")
    let now = Timestamp(milliseconds: 10_000_000_000)
    #expect(Wording.ago(now.advanced(byMilliseconds: -180_000), now: now) == "3 minutes ago")
    #expect(Wording.ago(now.advanced(byMilliseconds: -400_000_000), now: now) == "4 days ago")
  }
}
