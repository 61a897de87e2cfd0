import FreeholdTestKit
import StorageNode
import VaultCRDT
import VaultCrypto
import VaultEncoding
import VaultPolicy

@testable import Freehold

/// An owner's devices and other people's, each with a real folder, and nodes in one process.
final class SharingWorld {
  let own: FolderWorld
  private(set) var guests: [String: Guest] = [:]
  private let seed: UInt64

  /// Somebody else's machine.
  final class Guest {
    let device: FolderDevice
    let home: Home
    var vaults: [String: Vault] = [:]

    init(_ device: FolderDevice) {
      self.device = device
      home = device.startHome()
    }
  }

  init(
    devices: Int = 1, nodes: Int = 2, seed: UInt64 = 1, quotaBytes: Int64 = 1 << 32
  ) async throws {
    self.seed = seed
    own = try await FolderWorld(
      devices: devices, nodes: nodes, seed: seed, quotaBytes: quotaBytes)
  }

  var owner: Vault { get throws { try own.devices[0].open } }
  var folder: UserFolder { own.devices[0].folder }

  /// Makes a person's machine and card, and notes the card under the person's name.
  @discardableResult
  func meet(_ name: String, phrase: RecoveryPhrase? = nil) async throws -> PersonCard {
    let guest = try Guest(
      FolderDevice(number: guests.count + 40, seed: seed, network: own.network))
    guests[name] = guest
    let card = try guest.home.makeCard(name: name, phrase: phrase, .unsealed)
    _ = try await owner.addContact(name, try PersonCard(text: Array(card.text.utf8)))
    return card
  }

  func guest(_ name: String) throws -> Guest {
    guard let guest = guests[name] else { throw UserFolderError("nobody is called \(name)") }
    return guest
  }

  /// Where a person has a shared folder: below the machine's folder, by the path's last name.
  func system(_ name: String, _ path: String) throws -> String {
    try guest(name).device.folder.system(Self.last(path))
  }

  /// Grants something, lets the owner sync, and takes it up on the other side.
  @discardableResult
  func share(
    _ path: String, with name: String, _ right: AccessRight, until: Timestamp? = nil,
    only: String? = nil, by device: Int = 0
  ) async throws -> Vault {
    let offer = try await grant(path, to: name, right, until: until, only: only, by: device)
    try await own.sync(device)
    return try accept(offer, at: path, by: name)
  }

  func grant(
    _ path: String, to name: String, _ right: AccessRight, until: Timestamp? = nil,
    only: String? = nil, by device: Int = 0
  ) async throws -> ShareOffer {
    var terms = AccessTerms(right)
    terms.until = until
    terms.only = only
    let vault = try own.devices[device].open
    let plan = try await vault.planGrant(terms, to: name, at: try VaultPath(path.utf8))
    return try await vault.grant(plan).offer
  }

  @discardableResult
  func accept(_ offer: ShareOffer, at path: String, by name: String) throws -> Vault {
    let guest = try guest(name)
    if !guest.device.folder.exists(Self.last(path)) {
      try guest.device.folder.makeFolder(Self.last(path))
    }
    let vault = try Vault.accept(
      try ShareOffer(text: Array(offer.text.utf8)), deviceName: name,
      folder: Array(try system(name, path).utf8), in: guest.home, unlock: .unsealed)
    guest.vaults[path] = vault
    return vault
  }

  func vault(_ name: String, _ path: String) throws -> Vault {
    guard let vault = try guest(name).vaults[path] else {
      throw UserFolderError("\(name) has no \(path)")
    }
    return vault
  }

  @discardableResult
  func sync(_ name: String, _ path: String) async throws -> SyncReport {
    try guest(name).device.clock.advance(by: .seconds(60))
    return try await vault(name, path).sync()
  }

  @discardableResult
  func revoke(_ name: String, _ path: String?, by device: Int = 0) async throws
    -> AccessRevocationOutcome
  {
    let vault = try own.devices[device].open
    let plan = try await vault.planRevocation(
      ofAccess: name, to: try path.map { try VaultPath($0.utf8) })
    return try await vault.revoke(plan)
  }

  /// What a person's folder holds.
  func read(_ name: String, _ path: String, _ file: String) throws -> String? {
    let folder = try guest(name).device.folder
    let place = Self.last(path) + "/" + file
    return folder.exists(place) ? try folder.read(place) : nil
  }

  /// Writes into a person's folder.
  func write(_ name: String, _ path: String, _ file: String, _ text: String) throws {
    try guest(name).device.folder.write(Self.last(path) + "/" + file, text)
  }

  private static func last(_ path: String) -> String {
    path.split(separator: "/").last.map { String($0) } ?? "all"
  }
}

extension Vault {
  /// The part that looks after a path.
  func scoped(_ path: String) async throws -> Vault {
    try await holder(of: try VaultPath(path.utf8)).vault
  }

  /// Whether a scope's content that is written now can be opened here.
  func opensWhatIsWrittenNow(by other: PolicyLog, in scope: ScopeID) throws -> Bool {
    let state = other.evaluate()
    return Keyring(state, device: device, kem: keys.kem).writingKey(scope) != nil
  }

  var policyLog: PolicyLog { policy }
}
