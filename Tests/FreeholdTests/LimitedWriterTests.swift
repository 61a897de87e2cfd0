import FreeholdTestKit
import Testing
import VaultCRDT
import VaultEncoding
import VaultEnvironment
import VaultPolicy
import VaultStore

@testable import Freehold

/// Somebody who may write some paths of a folder only.
@Suite struct LimitedWriterTests {
  /// An owner with two devices, and bob who may write `drafts` in `shared`.
  private func makeWorld(only: String = "drafts") async throws -> SharingWorld {
    let world = try await SharingWorld(devices: 2)
    try world.folder.write("shared/a.md", "a")
    try world.folder.write("shared/drafts/d.md", "d")
    try world.folder.write("shared/final/f.txt", "f")
    try await world.own.comeTogether()
    try await world.meet("bob")
    try await world.share("shared", with: "bob", .write, only: only)
    try await world.sync("bob", "shared")
    return world
  }

  /// Both of the owner's devices, and one that reads the whole history, have the same state.
  private func requireAgreement(_ world: SharingWorld) async throws {
    let laptop = try await world.own.devices[0].open.scoped("shared")
    let desktop = try await world.own.devices[1].open.scoped("shared")
    #expect(await laptop.treeDigest() == desktop.treeDigest())
    #expect(try await laptop.reloadedDigest() == desktop.treeDigest())
  }

  @Test func `what is within the paths comes through, the rest stays and is named`() async throws {
    let world = try await makeWorld()
    try world.write("bob", "shared", "drafts/new/n.md", "n")
    try world.write("bob", "shared", "drafts/d.md", "d2")
    try world.write("bob", "shared", "a.md", "mine")
    try world.write("bob", "shared", "other/o.md", "o")
    let report = try await world.sync("bob", "shared")
    let named = report.problems.filter { $0.code == .refused }
    #expect(named.count == 1)
    #expect(named.first?.message.contains("a.md and 2 more stays on this device") == true)
    try await world.own.comeTogether()
    #expect(try world.folder.read("shared/drafts/new/n.md") == "n")
    #expect(try world.folder.read("shared/drafts/d.md") == "d2")
    #expect(try world.folder.read("shared/a.md") == "a")
    #expect(!world.folder.exists("shared/other"))
    // What the owner writes meanwhile does not overwrite what stays.
    try world.folder.write("shared/a.md", "owner's")
    try await world.own.comeTogether()
    try await world.sync("bob", "shared")
    #expect(try world.read("bob", "shared", "a.md") == "mine")
    #expect(try world.read("bob", "shared", "other/o.md") == "o")
    try await requireAgreement(world)
  }

  @Test func `removing and renaming are limited at both ends`() async throws {
    let world = try await makeWorld()
    let bob = try world.guest("bob").device.folder
    try bob.move("shared/final/f.txt", "shared/drafts/f.txt")
    try bob.move("shared/drafts/d.md", "shared/d.md")
    try bob.remove("shared/a.md")
    try await world.sync("bob", "shared")
    try await world.own.comeTogether()
    #expect(try world.folder.read("shared/final/f.txt") == "f")
    #expect(try world.folder.read("shared/drafts/d.md") == "d")
    #expect(!world.folder.exists("shared/d.md"))
    #expect(try world.folder.read("shared/a.md") == "a")
    try bob.move("shared/drafts/f.txt", "shared/final/f.txt")
    try bob.move("shared/d.md", "shared/drafts/e.md")
    try await world.sync("bob", "shared")
    try await world.own.comeTogether()
    #expect(try world.folder.read("shared/drafts/e.md") == "d")
    #expect(!world.folder.exists("shared/drafts/d.md"))
    try await requireAgreement(world)
  }

  @Test func `who may never remove adds and changes, and takes nothing away`() async throws {
    let world = try await SharingWorld(devices: 2)
    for name in ["a", "b", "in/c"] { try world.folder.write("shared/\(name).md", name) }
    try await world.own.comeTogether()
    try await world.meet("bob")
    var terms = AccessTerms(.write)
    terms.removes = false
    let owner = try world.owner
    let plan = try await owner.planGrant(terms, to: "bob", at: try VaultPath("shared".utf8))
    let offer = try await owner.grant(plan).offer
    try await world.own.sync(0)
    try world.accept(offer, at: "shared", by: "bob")
    try await world.sync("bob", "shared")
    #expect(try await owner.grants().map(\.removes) == [false])
    #expect(try await owner.policyText().rules.map(\.line) == ["bob may write shared never remove"])
    let reason = try await owner.reason(for: "bob", at: try VaultPath("shared".utf8))
    #expect(reason.steps.contains { $0.contains("lets bob add and change files, and remove none") })
    #expect(!reason.steps.contains { $0.contains("/vault/") })
    let bob = try world.guest("bob").device.folder
    try bob.write("shared/a.md", "changed")
    try bob.write("shared/in/new.md", "new")
    try bob.setMode("shared/in/c.md", 0o600)
    try bob.remove("shared/b.md")
    let report = try await world.sync("bob", "shared")
    #expect(report.problems.contains { $0.code == .refused && $0.message.contains("b.md") })
    try bob.move("shared/in/c.md", "shared/c.md")
    try await world.sync("bob", "shared")
    try await world.own.comeTogether()
    #expect(
      try world.folder.listing() == [
        "shared/", "shared/a.md = changed", "shared/b.md = b", "shared/in/",
        "shared/in/c.md = in/c", "shared/in/new.md = new",
      ])
    try await requireAgreement(world)
    // A changed program of bob's signs it all the same: it counts nowhere.
    let vault = try world.vault("bob", "shared")
    try await vault.writeAnyway(.remove("a.md"))
    try await world.sync("bob", "shared")
    try await world.own.comeTogether()
    #expect(try world.folder.read("shared/a.md") == "changed")
    #expect(try await !owner.quarantine().isEmpty)
    try await requireAgreement(world)
  }

  @Test func `a pattern of names lets files in any folder through, and no folder go`()
    async throws
  {
    let world = try await makeWorld(only: "*.md")
    try world.write("bob", "shared", "deep/er/x.md", "x")
    try world.write("bob", "shared", "deep/er/x.txt", "x")
    try world.write("bob", "shared", "drafts/stay.md", "s")
    try await world.sync("bob", "shared")
    try await world.own.comeTogether()
    #expect(try world.folder.read("shared/deep/er/x.md") == "x")
    #expect(!world.folder.exists("shared/deep/er/x.txt"))
    try world.guest("bob").device.folder.remove("shared/drafts")
    try await world.sync("bob", "shared")
    try await world.own.comeTogether()
    // The files went, the folder stays.
    #expect(world.folder.exists("shared/drafts"))
    #expect(!world.folder.exists("shared/drafts/d.md"))
    try await requireAgreement(world)
  }

  @Test func `many deletions are asked about where they would count, and only there`()
    async throws
  {
    let world = try await makeWorld()
    for number in 0..<30 {
      try world.folder.write("shared/final/\(number)", "x")
      try world.folder.write("shared/drafts/\(number)", "x")
    }
    try await world.own.comeTogether()
    try await world.sync("bob", "shared")
    let bob = try world.guest("bob").device.folder
    for number in 0..<30 { try bob.remove("shared/final/\(number)") }
    let report = try await world.sync("bob", "shared")
    #expect(report.problems.contains { $0.message.contains("29 more stays on this device") })
    for number in 0..<30 { try bob.remove("shared/drafts/\(number)") }
    await #expect(throws: FreeholdError.self) { try await world.sync("bob", "shared") }
    try await world.own.comeTogether()
    #expect(try world.folder.read("shared/final/7") == "x")
    #expect(try world.folder.read("shared/drafts/7") == "x")
  }

  @Test func `the library's verbs refuse what is outside, and change nothing`() async throws {
    let world = try await makeWorld()
    let bob = try world.vault("bob", "shared")
    let before = await bob.treeDigest()
    for path in ["a.md", "new.md", "drafts2/x"] {
      await #expect(throws: FreeholdError.self) {
        try await bob.write(try VaultPath(path.utf8), bytes: [1])
      }
    }
    await #expect(throws: FreeholdError.self) {
      try await bob.move(try VaultPath("drafts".utf8), to: try VaultPath("final/drafts".utf8))
    }
    await #expect(throws: FreeholdError.self) {
      try await bob.remove(try VaultPath("a.md".utf8))
    }
    #expect(await bob.treeDigest() == before)
    try await bob.write(try VaultPath("drafts/x".utf8), bytes: Array("x".utf8))
    try await world.sync("bob", "shared")
    try await world.own.comeTogether()
    #expect(try world.folder.read("shared/drafts/x") == "x")
  }

  @Test(arguments: [
    ForbiddenStep.content("a.md"), .create("top.txt"), .create("final/g.txt"), .remove("a.md"),
    .remove("final"), .rename("a.md", "b.md"), .moveIn("final/f.txt", "drafts"),
    .moveIn("final", "drafts"), .moveIn("drafts/d.md", ""), .mode("a.md"), .create("drafts2"),
  ])
  func `a member that signs what is outside is looked past alike everywhere`(
    _ step: ForbiddenStep
  ) async throws {
    let world = try await makeWorld()
    let mallory = try world.vault("bob", "shared")
    try world.write("bob", "shared", "drafts/honest.md", "before")
    try await world.sync("bob", "shared")
    try await world.own.comeTogether()
    let part = try await world.owner.scoped("shared")
    let before = await part.treeDigest()
    try await mallory.writeAnyway(step)
    try world.write("bob", "shared", "drafts/after.md", "behind it")
    try await world.sync("bob", "shared")
    try await world.own.comeTogether()
    #expect(await part.treeDigest() == before)
    #expect(try world.folder.read("shared/drafts/honest.md") == "before")
    #expect(!world.folder.exists("shared/drafts/after.md"), "its feed ends there")
    let listed = try await world.owner.quarantine()
    #expect(listed.count == 2, "what is outside and what is behind it are listed")
    try await requireAgreement(world)
    // The owner may take it in after all.
    try await world.owner.adopt(try #require(listed.last))
    try await world.own.comeTogether()
    #expect(try world.folder.read("shared/drafts/after.md") == "behind it")
  }

  @Test(arguments: [ForbiddenStep.rename("drafts", "d"), .moveIn("drafts", "final")])
  func `a folder does not leave its place with what may be written in it`(
    _ step: ForbiddenStep
  ) async throws {
    let world = try await makeWorld()
    try await world.vault("bob", "shared").writeAnyway(step)
    try await world.sync("bob", "shared")
    try await world.own.comeTogether()
    try await world.own.comeTogether()
    #expect(try world.folder.read("shared/drafts/d.md") == "d")
    #expect(try await world.owner.quarantine().count == 1)
    try await requireAgreement(world)
  }

  @Test(arguments: [
    ForbiddenStep.remove("trap.md"), .rename("trap.md", "x.md"), .moveIn("trap.md", "drafts.md"),
  ])
  func `a folder of a name that may be written does not take others along`(
    _ step: ForbiddenStep
  ) async throws {
    let world = try await SharingWorld(devices: 2)
    try world.folder.write("shared/trap.md/secret.txt", "s")
    try world.folder.write("shared/drafts.md/d.md", "d")
    try await world.own.comeTogether()
    try await world.meet("bob")
    try await world.share("shared", with: "bob", .write, only: "*.md")
    try await world.sync("bob", "shared")
    try await world.vault("bob", "shared").writeAnyway(step)
    try await world.sync("bob", "shared")
    try await world.own.comeTogether()
    try await world.own.comeTogether()
    #expect(try world.folder.read("shared/trap.md/secret.txt") == "s")
    #expect(try await world.owner.quarantine().count == 1)
    try await requireAgreement(world)
  }

  @Test func `an entry is judged by the folder as its author knew it`() async throws {
    let world = try await makeWorld()
    // Bob writes a file that the owner moves out of the drafts at the same time.
    try world.write("bob", "shared", "drafts/d.md", "bob's")
    try world.folder.move("shared/drafts/d.md", "shared/final/d.md")
    try await world.own.sync(0)
    try await world.sync("bob", "shared")
    try await world.own.comeTogether()
    #expect(try world.folder.read("shared/final/d.md") == "bob's")
    // From now on Bob knows where it is.
    try await world.sync("bob", "shared")
    try world.write("bob", "shared", "final/d.md", "again")
    try await world.sync("bob", "shared")
    try await world.own.comeTogether()
    #expect(try world.folder.read("shared/final/d.md") == "bob's")
    try await requireAgreement(world)
  }

  @Test func `what came and was not merged before a crash is merged by the next sync`()
    async throws
  {
    let world = try await makeWorld()
    try world.write("bob", "shared", "drafts/new.md", "new")
    try await world.sync("bob", "shared")
    try await world.own.comeTogether()
    let part = try await world.owner.scoped("shared")
    let bob = try world.vault("bob", "shared").device
    let before = await part.treeDigest()
    try await part.crashBeforeMergingLast(of: bob)
    #expect(await part.treeDigest() != before)
    try await world.own.sync(0)
    #expect(await part.treeDigest() == before)
    #expect(try world.folder.read("shared/drafts/new.md") == "new")
  }

  @Test func `who is limited later keeps what was written before`() async throws {
    let world = try await SharingWorld(devices: 2)
    try world.folder.write("shared/a.md", "a")
    try world.folder.write("shared/drafts/d.md", "d")
    try await world.own.comeTogether()
    try await world.meet("bob")
    try await world.share("shared", with: "bob", .write)
    try await world.sync("bob", "shared")
    await #expect(throws: FreeholdError.self, "one more grant would not limit anything") {
      _ = try await world.grant("shared", to: "bob", .write, only: "drafts")
    }
    try world.write("bob", "shared", "a.md", "bob's")
    try await world.sync("bob", "shared")
    try await world.own.comeTogether()
    // Written without having heard of what comes; no device of the owner has it yet.
    try world.write("bob", "shared", "a.md", "too late")
    let bob = try world.vault("bob", "shared")
    var offline = SyncOptions()
    offline.without = Set(await bob.nodeBook.keys)
    _ = try await bob.sync(offline)
    try await world.revoke("bob", "shared")
    _ = try await world.grant("shared", to: "bob", .write, only: "drafts")
    try await world.own.comeTogether()
    try await world.sync("bob", "shared")
    try await world.own.comeTogether()
    #expect(try world.folder.read("shared/a.md") == "bob's")
    try await requireAgreement(world)
  }

  @Test func `a folder in it that gets keys of its own has the same limits inside`() async throws {
    let world = try await makeWorld()
    try world.folder.write("shared/drafts/inner/i.md", "i")
    try await world.own.comeTogether()
    try await world.meet("carol")
    try await world.share("shared/drafts/inner", with: "carol", .read)
    try await world.share("shared/final", with: "carol", .read)
    try await world.own.comeTogether()
    try await world.sync("bob", "shared")
    let log = try await world.owner.policyLog.evaluate()
    let bob = try world.vault("bob", "shared").device
    let inner = try await world.owner.scoped("shared/drafts/inner").scope
    let final = try await world.owner.scoped("shared/final").scope
    let everything = log.mayWriteEverything(bob, in: inner, entry: 1)
    #expect(everything)
    let nothing = log.writingRights(of: bob, in: final)
    #expect(!nothing.allow(.put, at: [[1]], in: 1))
    try world.write("bob", "shared", "drafts/inner/j.md", "j")
    try await world.sync("bob", "shared")
    try await world.own.comeTogether()
    #expect(try world.folder.read("shared/drafts/inner/j.md") == "j")
  }

  @Test func `the terms are shown, and read back from the policy`() async throws {
    let world = try await makeWorld(only: "*.md")
    let grants = try await world.owner.grants()
    #expect(grants.map(\.only) == ["*.md"])
    let text = try await world.owner.policyText().text
    #expect(text.contains("bob may write shared only *.md"))
    let reason = try await world.owner.reason(for: "bob", at: try VaultPath("shared".utf8))
    #expect(reason.steps.contains { $0.contains("lets bob write, only *.md") })
    #expect(reason.right == .write)
    let file = try VaultPath("shared/final/f.txt".utf8)
    #expect(try await world.owner.reason(for: "bob", at: file).right == .read)
  }
}

/// What somebody signs without the right to.
enum ForbiddenStep: Hashable, Sendable {
  case content(String)
  case create(String)
  case remove(String)
  case rename(String, String)
  case moveIn(String, String)
  case mode(String)
}

extension Vault {
  /// Signs a step without asking whether it is allowed.
  fileprivate func writeAnyway(_ step: ForbiddenStep) throws {
    let now = environment.clock.now().milliseconds
    let batch = try tree.commit(by: device.key, at: now) { draft in
      func object(_ path: String) throws -> ObjectID {
        try #require(draft.tree.object(at: try VaultPath(path.utf8).names))
      }
      switch step {
      case .content(let path):
        let value = try #require(
          draft.tree.contents(of: try object("drafts/d.md")).first?.value)
        try draft.setContent(try object(path), to: value)
      case .create(let path):
        let names = try VaultPath(path.utf8).names
        let parent = try #require(draft.tree.object(at: Array(names.dropLast())))
        _ = try draft.create(.file, in: parent, named: try #require(names.last))
      case .remove(let path): try draft.trash(try object(path))
      case .rename(let path, let name):
        try draft.rename(try object(path), to: Array(name.utf8))
      case .moveIn(let path, let folder):
        try draft.move(try object(path), to: try object(folder))
      case .mode(let path):
        try draft.setAttribute(
          .mode, of: try object(path), to: AttributeCoding.encode(mode: 0o600))
      }
    }
    try append([try #require(batch)]) { _ in }
  }

  /// Takes the last entry of somebody out of the tree, as if the program had stopped before.
  fileprivate func crashBeforeMergingLast(of author: DID) throws {
    let last = tree.vector[author.key]
    try database.write { transaction in
      try transaction.setState(.waiting, scope: scope, device: author, sequences: last...last)
      try transaction.removeCheckpoint(scope)
    }
    tree = try loadTree()
  }

  /// The state that a device comes to that reads all entries again.
  fileprivate func reloadedDigest() throws -> Bytes32 {
    try database.write { try $0.removeCheckpoint(scope) }
    tree = try loadTree()
    return treeDigest()
  }
}
