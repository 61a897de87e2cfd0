import FreeholdTestKit
import Testing
import VaultCrypto
import VaultEncoding
import VaultEnvironment
import VaultSync

@testable import Freehold

/// What `init`, `join` and `recover` leave when they are interrupted, and how they go on.
@Suite struct UnfinishedTests {
  private let world = TestWorld()
  private let folder = Array("/folder".utf8)

  /// A vault with a file, and a second machine that was let in with a code and stopped there.
  private struct Interrupted {
    let laptop: Vault
    let home: Home
    let code: LinkCode
    let device: DID
  }

  private func interruptedJoin() async throws -> Interrupted {
    let (laptop, _) = try await world.makeVault(nodes: [try world.makeNode()])
    try await laptop.write("a", "one")
    _ = try await laptop.sync()
    let home = world.makeHome()
    let invitation = try await laptop.openLink()
    let (folder, code) = (folder, invitation.code)
    let (joined, linked) = await world.together {
      try await Vault.join(
        code: code, deviceName: "desktop", folder: folder, in: home, unlock: .unsealed)
    } _: {
      try await laptop.completeLink(invitation)
    }
    _ = try linked.get()
    let desktop = try joined.get()
    let device = desktop.device
    try await desktop.close()
    return Interrupted(laptop: laptop, home: home, code: code, device: device)
  }

  @Test func `a join that was interrupted goes on with the same code, as the same device`()
    async throws
  {
    let joined = try await interruptedJoin()
    let home = joined.home
    #expect(try home.unfinishedVaults(in: Array("/other".utf8)).isEmpty)
    let left = try home.unfinishedVaults(in: folder)
    #expect(left.map(\.vault) == [joined.laptop.did])
    let mine = try #require(left.first)
    #expect(mine.isAdmitted(with: joined.code))
    #expect(!mine.isAdmitted(with: try await joined.laptop.openLink().code))
    let desktop = try await Vault.resume(mine, in: home, unlock: .unsealed)
    #expect(desktop.device == joined.device)
    #expect(try home.unfinishedVaults(in: folder).count == 1, "until its folder is bound")
    try await desktop.finishMaking()
    #expect(try home.unfinishedVaults(in: folder).isEmpty)
    #expect(await desktop.text("a") == "one")
    _ = try await joined.laptop.sync()
    #expect(try await joined.laptop.devices().map(\.name) == ["laptop", "desktop"])
  }

  @Test func `an invitation that was taken up by half is taken up again, and a whole one is not`()
    async throws
  {
    let world = try await SharingWorld()
    try await world.meet("bob")
    try world.folder.write("shared/a", "one")
    try await world.own.sync(0)
    let offer = try await world.grant("shared", to: "bob", .read)
    try await world.own.sync(0)
    let stopped = try world.accept(offer, at: "shared", by: "bob")
    try await stopped.close()
    let bob = try world.accept(offer, at: "shared", by: "bob")
    #expect(bob.device == stopped.device)
    try await bob.finishMaking()
    try await world.sync("bob", "shared")
    #expect(try world.read("bob", "shared", "a") == "one")
    try await bob.close()
    let error = #expect(throws: FreeholdError.self) {
      try world.accept(offer, at: "shared", by: "bob")
    }
    #expect(error?.code == .usage)
  }

  @Test func `another code for the same vault goes on with it, in another folder too`()
    async throws
  {
    let joined = try await interruptedJoin()
    let (laptop, home) = (joined.laptop, joined.home)
    let invitation = try await laptop.openLink()
    let other = Array("/other".utf8)
    let (again, linked) = await world.together {
      try await Vault.join(
        code: invitation.code, deviceName: "desktop", folder: other, in: home, unlock: .unsealed)
    } _: {
      try await laptop.completeLink(invitation)
    }
    _ = try linked.get()
    let desktop = try again.get()
    #expect(desktop.folder == other)
    #expect(desktop.device == joined.device)
    try await desktop.finishMaking()
    #expect(await desktop.text("a") == "one")
    #expect(try await laptop.devices().count == 2)
  }

  @Test func `a recovery that was interrupted goes on, and a finished one is not done twice`()
    async throws
  {
    let node = try world.makeNode()
    let (laptop, phrase) = try await world.makeVault(nodes: [node])
    try await laptop.write("a", "one")
    _ = try await laptop.sync()
    let home = world.makeHome()
    let recover = { [folder] in
      try await Vault.recover(
        Recovery(
          phrase: phrase, node: .url(node.url), name: "papers", deviceName: "phoenix",
          folder: folder),
        in: home, unlock: .unsealed)
    }
    let first = try await recover()
    try await first.close()
    let phoenix = try await recover()
    #expect(phoenix.device == first.device)
    try await phoenix.finishMaking()
    #expect(await phoenix.text("a") == "one")
    #expect(try await phoenix.devices().map(\.name).sorted() == ["laptop", "phoenix"])
    try await phoenix.close()
    let error = await #expect(throws: FreeholdError.self) { _ = try await recover() }
    #expect(error?.code == .usage)
  }

  @Test func `a vault of other devices is never made anew`() async throws {
    let joined = try await interruptedJoin()
    let mine = try #require(try joined.home.unfinishedVaults(in: folder).first)
    #expect(throws: FreeholdError.self) { try joined.home.discard(mine) }
    #expect(try joined.home.unfinishedVaults(in: folder).count == 1)
  }

  @Test func `a vault that was founded and never bound is made anew`() async throws {
    let home = world.makeHome()
    let sheet = Array("/sheet".utf8)
    let (vault, _) = try await Vault.create(
      NewVault(name: "papers", deviceName: "laptop", folder: folder, sheet: sheet), in: home,
      unlock: .unsealed)
    try await vault.close()
    let left = try home.unfinishedVaults(in: folder)
    #expect(left.map(\.sheet) == [sheet])
    try home.discard(try #require(left.first))
    #expect(try home.unfinishedVaults(in: folder).isEmpty)
    #expect(try home.vaults().isEmpty)
  }

  @Test func `a mark says how a vault came here`() {
    typealias Origin = UnfinishedVault.Origin
    let origins: [Origin] = [
      .founded(sheet: []), .founded(sheet: Array("/sheet".utf8)), .admitted(ticket: []),
      .admitted(ticket: Array("1234567@https://node.example:7400".utf8)),
    ]
    for origin in origins { #expect(Origin(mark: origin.mark) == origin) }
    #expect(Set(origins.map(\.mark)).count == origins.count)
  }
}
