import Foundation
import FreeholdTestKit
import StorageNode
import Testing
import VaultCrypto
import VaultEncoding
import VaultEnvironment
import VaultStore
import VaultSync

@testable import Freehold

/// Homes in folders of a real file system, which can be copied and moved.
struct CopyWorld {
  let world = TestWorld()
  private let place = Place()

  /// A folder of this test's own.
  private final class Place: Sendable {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("fh-copy-\(UInt32.random(in: .min ... .max))").path

    init() {
      try? FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func path(_ name: String) -> String { folder + "/" + name }
  }

  /// Where the folder of a home is.
  func path(_ name: String) -> String { place.path(name) }

  /// The home in a folder of this name.
  func home(_ name: String) -> Home {
    Home(
      DiskPath(place.path(name)),
      environment: Environment(
        clock: world.clock, randomness: LiveRandomness(), disk: DurableDisk.live(),
        network: world.network))
  }

  /// A vault with a node, in the home `a`.
  func makeVault(_ node: TestWorld.Node) async throws -> Vault {
    let (vault, _) = try await Vault.create(
      NewVault(name: "papers", deviceName: "laptop", folder: []), in: home("a"),
      unlock: .unsealed)
    _ = try await vault.addNode(
      try node.service.invite(quotaBytes: 1 << 28), name: "node1", region: nil,
      operatorName: nil)
    try await vault.write("a", "from the beginning")
    _ = try await vault.sync()
    return vault
  }

  /// Copies a home.
  func copy(_ name: String, to other: String) throws {
    try FileManager.default.copyItem(atPath: place.path(name), toPath: place.path(other))
  }

  /// Keeps the state that the home `a` is in as another home, which looks like the first, and goes
  /// on in `a`: writes files and syncs.
  func leaveBehind(_ name: String, of vault: Vault, writing files: [String]) async throws {
    try await vault.close()
    try copy("a", to: name)
    try pretendOriginal(name, vault.did)
    let later = try open("a", vault.did)
    for file in files { try await later.write(file, "after the snapshot") }
    _ = try await later.sync()
    try await later.close()
  }

  /// Opens the vault in a home.
  func open(_ name: String, _ vault: DID) throws -> Vault {
    try Vault.open(vault, in: home(name), unlock: .unsealed)
  }

  /// Expects that nobody takes anybody for a forger.
  func expectNoFork(_ node: TestWorld.Node, _ vaults: Vault...) async throws {
    for vault in vaults {
      let report = try await vault.sync()
      #expect(report.problems.allSatisfy { $0.code != .tampered }, "\(report.problems)")
    }
  }

  /// Lets a device in whose home is the folder `j`.
  func makeJunior(of name: String, _ did: DID, name label: String) async throws -> Vault {
    let owner = try open(name, did)
    let invitation = try await owner.openLink()
    let juniorHome = home("j")
    let (joined, linked) = await world.together {
      try await Vault.join(
        code: invitation.code, deviceName: label, folder: [], in: juniorHome, unlock: .unsealed)
    } _: {
      try await owner.completeLink(invitation)
    }
    _ = try linked.get()
    try await owner.close()
    return try joined.get()
  }

  /// Somebody who names entries of feeds and hands none out.
  func withholdingEntries() -> DirectNetwork.Meddler {
    var meddler = DirectNetwork.Meddler()
    meddler.answer = { request, answer in
      guard request.path == Endpoint.sync,
        var response = try? SyncResponse(decoding: answer.body), var news = response.news
      else { return }
      news.runs = []
      response.content = .news(news)
      answer.body = response.bytes
    }
    return meddler
  }

  /// Makes a copied home look like the first, as a copied disk does.
  func pretendOriginal(_ name: String, _ vault: DID) throws {
    let disk = DurableDisk.live()
    let store = try VaultHome.open(home(name).vaultPath(vault), on: disk)
    let mark = try HomeMark.make(store, on: disk)
    try store.database.write { try HomeMark.keep(mark, $0) }
    store.close()
  }
}
