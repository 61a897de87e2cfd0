import FreeholdTestKit
import StorageNode
import Testing
import VaultCRDT
import VaultCrypto
import VaultEncoding
import VaultEnvironment
import VaultSync

@testable import Freehold

/// Homes that went back to an old state, with folders in them that are scopes of their own.
@Suite struct CopyPartsTests {
  private let world = TestWorld()
  private let medium = SimulatedDisk(seed: 71)
  private let randomness = SeededRandomness(seed: 72)

  /// The home, after a new start of its machine.
  private func home() -> Home {
    medium.faults = SimulatedFaults()
    return Home(
      DiskPath("/home"),
      environment: Environment(
        clock: world.clock, randomness: randomness, disk: medium.start(),
        network: world.network))
  }

  private func open(_ vault: DID) throws -> Vault {
    try Vault.open(vault, in: home(), unlock: .unsealed)
  }

  /// A vault with a folder that is a scope, and another one in it that is one too.
  private func makeVault(_ nodes: [TestWorld.Node]) async throws -> Vault {
    let (vault, _) = try await Vault.create(
      NewVault(name: "papers", deviceName: "laptop", folder: []), in: home(), unlock: .unsealed)
    for (number, node) in nodes.enumerated() {
      _ = try await vault.addNode(
        try node.service.invite(quotaBytes: 1 << 28), name: "node\(number + 1)", region: nil,
        operatorName: nil)
    }
    for path in ["given", "given/inner"] {
      try await vault.makeFolder(try VaultPath(path.utf8))
    }
    try await vault.write(at: "given/inner/first", "from the beginning")
    for path in ["given", "given/inner"] {
      _ = try await vault.makeScope(at: try VaultPath(path.utf8))
    }
    _ = try await vault.sync()
    return vault
  }

  /// Syncs until the home is a new device, as the commands do.
  private func renew(_ vault: Vault) async throws -> Vault {
    await #expect(throws: HomeRenewed.self) { _ = try await vault.sync() }
    let renewed = try open(vault.did)
    #expect(renewed.device != vault.device)
    return renewed
  }

  private func expectInStep(
    _ vault: Vault, _ desktop: Vault, _ texts: [String: String]
  ) async throws {
    try await world.sync(vault, desktop)
    for device in [vault, desktop] {
      let report = try await device.sync()
      #expect(report.problems.filter { $0.severity < .note }.isEmpty, "\(report.problems)")
      #expect(report.redundancy.isMet)
      let files = try await device.list(.root, isRecursive: true).filter { $0.kind == .file }
      var found: [String: String] = [:]
      for file in files {
        let content = try await device.content(VaultPath(file.path))
        found[VaultPath(file.path).shown] = String(decoding: content, as: UTF8.self)
      }
      #expect(found == texts)
    }
    #expect(await vault.treeDigest() == desktop.treeDigest())
  }

  @Test func `what a node has shown once is not forgotten`() async throws {
    let node = try world.makeNode()
    let first = try await makeVault([node])
    let old = try medium.copy()
    try await first.write("d", "after the snapshot")
    _ = try await first.sync()
    medium.putBack(old)
    // The node is gone as soon as it has shown what the newer state wrote.
    let (network, url) = (world.network, node.url)
    var meddler = DirectNetwork.Meddler()
    meddler.answer = { request, answer in
      guard request.path == Endpoint.sync,
        let response = try? SyncResponse(decoding: answer.body), response.news != nil
      else { return }
      network.setReachable(false, url)
    }
    network.meddle(meddler, at: url)
    let restored = try open(first.did)
    let error = await #expect(throws: FreeholdError.self) { _ = try await restored.sync() }
    #expect(error?.code == .offline)
    network.meddle(DirectNetwork.Meddler(), at: url)
    network.setReachable(true, url)
    // Nothing is signed that other devices would take for a forgery.
    let folder = VaultPath([Array("folder".utf8)])
    try await restored.makeFolder(folder)
    let refused = await #expect(throws: FreeholdError.self) {
      _ = try await restored.makeScope(at: folder)
    }
    #expect(refused?.code == .tampered)
    try await restored.write("e", "by the old state")
    let renewed = try await renew(restored)
    _ = try await renewed.sync()
    let desktop = try await world.join(renewed, name: "desktop")
    try await expectInStep(
      renewed, desktop,
      [
        "d": "after the snapshot", "e": "by the old state",
        "given/inner/first": "from the beginning",
      ])
  }

  @Test(arguments: ["given", "given/inner"])
  func `a home that is old in a shared folder only becomes a new device`(path: String) async throws
  {
    let first = try await makeVault([try world.makeNode()])
    let desktop = try await world.join(first, name: "desktop")
    try await world.sync(first, desktop)
    let old = try medium.copy()
    try await first.write(at: "\(path)/later", "after the snapshot")
    _ = try await first.sync()
    _ = try await desktop.sync()
    try await desktop.write(at: "\(path)/other", "on what came after the snapshot")
    _ = try await desktop.sync()
    medium.putBack(old)
    let restored = try open(first.did)
    try await restored.write(at: "\(path)/early", "by the old state")
    let renewed = try await renew(restored)
    // What is only here is seen before any node is asked.
    #expect(try await renewed.text(at: "\(path)/early") == "by the old state")
    try await renewed.write(at: "\(path)/more", "by the new device")
    try await expectInStep(
      renewed, desktop,
      [
        "given/inner/first": "from the beginning", "\(path)/later": "after the snapshot",
        "\(path)/other": "on what came after the snapshot", "\(path)/early": "by the old state",
        "\(path)/more": "by the new device",
      ])
    #expect(try await renewed.devices().map(\.name).sorted() == ["desktop", "laptop", "laptop-2"])
  }

  @Test func `a home that lost the inside of a shared folder gets it back`() async throws {
    let first = try await makeVault([try world.makeNode()])
    let desktop = try await world.join(first, name: "desktop")
    try await first.close()
    let home = home()
    let homes = home.vaultPath(first.did).appending(Vault.partsFolder)
    try home.environment.disk.move(homes, to: DiskPath("/lost"))
    let restored = try open(first.did)
    try await restored.write(at: "given/early", "before anything was heard")
    let renewed = try await renew(restored)
    try await expectInStep(
      renewed, desktop,
      ["given/inner/first": "from the beginning", "given/early": "before anything was heard"])
  }

  @Test func `a copied home has what was written into a shared folder and not yet brought`()
    async throws
  {
    let first = try await makeVault([try world.makeNode()])
    let desktop = try await world.join(first, name: "desktop")
    try await first.write(at: "given/inner/late", "not brought yet")
    try await first.close()
    let twin = SimulatedDisk(seed: 73)
    twin.putBack(try medium.copy())
    let twinHome = twinHome(twin)
    try markAnew(twinHome, first.did)
    let copied = try Vault.open(first.did, in: twinHome, unlock: .unsealed)
    #expect(copied.device != first.device)
    #expect(try await copied.text(at: "given/inner/late") == "not brought yet")
    let original = try open(first.did)
    #expect(original.device == first.device)
    try await copied.write(at: "given/inner/copy", "by the copy")
    try await original.write(at: "given/inner/original", "by the original")
    try await world.sync(copied, original)
    let texts = [
      "given/inner/first": "from the beginning", "given/inner/late": "not brought yet",
      "given/inner/copy": "by the copy", "given/inner/original": "by the original",
    ]
    try await expectInStep(copied, desktop, texts)
    try await expectInStep(original, desktop, texts)
  }

  @Test func `what was held back in a shared folder goes to nodes after its contents`()
    async throws
  {
    let first = try await makeVault([try world.makeNode()])
    let desktop = try await world.join(first, name: "desktop")
    let long = String(repeating: "long enough for a pack. ", count: 400)
    try await first.write(at: "given/late", long)
    try await first.close()
    try markAnew(home(), first.did)
    let copied = try open(first.did)
    #expect(copied.device != first.device)
    _ = try await copied.exchangeWithNodes(meter: TrafficMeter(), progress: SyncProgress())
    let part = try await copied.scoped("given")
    try await part.adoptPolicy(await copied.policy)
    for _ in 0..<2 {
      _ = try await part.exchangeWithNodes(meter: TrafficMeter(), progress: SyncProgress())
      _ = try await desktop.sync()
      for file in try await desktop.list(.root, isRecursive: true) where file.kind == .file {
        #expect(try await desktop.content(VaultPath(file.path)).isEmpty == false)
      }
    }
    #expect(try await desktop.text(at: "given/late") == long)
  }

  @Test func `what a copied home wrote in place of what nodes have is written again`()
    async throws
  {
    let first = try await makeVault([try world.makeNode()])
    let desktop = try await world.join(first, name: "desktop")
    try await first.close()
    let twin = SimulatedDisk(seed: 73)
    twin.putBack(try medium.copy())
    // Nothing tells it from the original at first, and then something does.
    let unnoticed = try Vault.open(first.did, in: twinHome(twin), unlock: .unsealed)
    #expect(unnoticed.device == first.device)
    try await unnoticed.write(at: "given/inner/twin", "under the common name")
    try await unnoticed.close()
    let twinHome = twinHome(twin)
    try markAnew(twinHome, first.did)
    let copied = try Vault.open(first.did, in: twinHome, unlock: .unsealed)
    #expect(copied.device != first.device)
    try await copied.write(at: "given/inner/copy", "by the copy")
    let original = try open(first.did)
    try await original.write(at: "given/inner/original", "by the original")
    _ = try await original.sync()
    try await world.sync(copied, original)
    let texts = [
      "given/inner/first": "from the beginning", "given/inner/twin": "under the common name",
      "given/inner/copy": "by the copy", "given/inner/original": "by the original",
    ]
    try await expectInStep(copied, desktop, texts)
    try await expectInStep(original, desktop, texts)
  }

  /// The home on a disk of its own.
  private func twinHome(_ disk: SimulatedDisk) -> Home {
    Home(
      DiskPath("/home"),
      environment: Environment(
        clock: world.clock, randomness: SeededRandomness(seed: 74), disk: disk.start(),
        network: world.network))
  }

  /// Makes the file anew that tells a home from its copies.
  private func markAnew(_ home: Home, _ vault: DID) throws {
    let (disk, marked) = (home.environment.disk, home.vaultPath(vault).appending("original"))
    let text = try disk.read(marked, bytesMax: 1_000)
    try disk.remove(marked)
    try disk.writeDurably(marked, text)
  }

  @Test func `a guest's home that went back to an old state is told what to do`() async throws {
    let world = try await SharingWorld()
    try world.folder.write("notes/today.md", "milk")
    try await world.own.sync(0)
    try await world.meet("carol")
    try await world.share("notes", with: "carol", .write)
    try await world.sync("carol", "notes")
    let carol = try world.guest("carol")
    let old = try carol.device.medium.copy()
    try world.write("carol", "notes", "later.md", "after the snapshot")
    try await world.sync("carol", "notes")
    carol.device.medium.putBack(old)
    let vault = try world.vault("carol", "notes")
    let restored = try Vault.open(
      vault.did, scope: vault.scope, in: carol.device.startHome(), unlock: .unsealed)
    for _ in 0..<2 {
      let error = await #expect(throws: FreeholdError.self) { _ = try await restored.sync() }
      #expect(error?.code == .tampered && error?.hint?.contains("freehold card") == true)
    }
    try await world.own.sync(0)
    #expect(try world.folder.read("notes/later.md") == "after the snapshot")
  }

  @Test func `a shared folder's home that stops while it is settled writes nothing twice`()
    async throws
  {
    var step = 1
    while try await CopyPartsTests().isInterrupted(at: step) { step += 4 }
    #expect((8..<100).contains(step))
  }

  /// Whether a sync that settles what an old state has written stops at a step.
  ///
  /// After the next one all of it is there, once.
  private func isInterrupted(at step: Int) async throws -> Bool {
    let first = try await makeVault([try world.makeNode()])
    let old = try medium.copy()
    try await first.write(at: "given/later", "after the snapshot")
    _ = try await first.sync()
    medium.putBack(old)
    let restored = try open(first.did)
    try await restored.makeFolder(try VaultPath("given/folder".utf8))
    try await restored.write(at: "given/folder/early", "by the old state")
    let renewed = try await renew(restored)
    _ = try await renewed.exchangeWithNodes(meter: TrafficMeter(), progress: SyncProgress())
    medium.faults = SimulatedFaults(failures: [
      SimulatedFaults.Failure(of: [.crashPoint], at: step, with: .io, isLasting: true)
    ])
    let report = try? await renewed.scoped("given").sync()
    let again = try open(first.did)
    _ = try await again.sync()
    let names = try await again.list(.root, isRecursive: true).map { VaultPath($0.path).shown }
    #expect(
      names.sorted() == [
        "given", "given/folder", "given/folder/early", "given/inner", "given/inner/first",
        "given/later",
      ], "after step \(step)")
    return report?.problems.isEmpty != true
  }
}

extension Vault {
  fileprivate func write(at path: String, _ text: String) async throws {
    try await write(try VaultPath(path.utf8), bytes: Array(text.utf8))
  }

  fileprivate func text(at path: String) async throws -> String {
    String(decoding: try await content(try VaultPath(path.utf8)), as: UTF8.self)
  }
}
