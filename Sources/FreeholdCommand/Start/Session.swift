import Freehold
import Glibc
import VaultEncoding
import VaultEnvironment

/// What every verb works with, made from the common options.
struct Session {
  /// The common options.
  let options: CommonOptions
  /// Where data and talk go.
  let console: Console
  /// Clock, randomness, disk and network.
  let environment: Environment
  /// Where this device keeps its state.
  let home: Home
  private let network: HTTPNetwork

  /// Looks where the home is; touches nothing.
  init(_ options: CommonOptions) throws {
    self.options = options
    console = Console(options)
    network = HTTPNetwork()
    environment = Environment.live(network: network)
    home = Home(try HomePlace.path(option: options.home), environment: environment)
  }

  /// The vault that DIR, `-C` or the current folder is in.
  func place(_ folder: String? = nil) throws -> VaultPlace {
    if let folder, options.folder != nil {
      throw FreeholdError(
        .usage, "both -C and \(NamePath.shown(folder)) name a folder", hint: "leave one out")
    }
    return try VaultPlace(from: folder ?? options.folder, disk: environment.disk)
  }

  /// Ways to the device's keys.
  var unlocking: Unlocking {
    Unlocking(options: options, console: console, environment: environment)
  }

  /// Opens the vault, lends it and closes it, whatever happens.
  func withVault<Result>(
    _ place: VaultPlace, _ body: (Vault) async throws -> Result
  ) async throws -> Result {
    let vault = try await open(place)
    if let notice = vault.notice { tellRenewed(notice) }
    let result: Result
    do {
      result = try await body(vault)
    } catch {
      try? await vault.close()
      await network.shutdown()
      throw error
    }
    try await vault.close()
    await network.shutdown()
    return result
  }

  /// Does something once more when it turned out on the way that this home is a copy.
  func renewing<Result>(_ body: () async throws -> Result) async throws -> Result {
    do {
      return try await body()
    } catch let renewed as HomeRenewed {
      console.endProgress()
      tellRenewed(renewed.description)
      return try await body()
    }
  }

  private func tellRenewed(_ sentence: String) {
    console.warn(
      NamePath.line(sentence),
      hint: "freehold device list shows both; what was written before stays")
  }

  /// How long a verb waits for another process that has the vault open: a watch has it for moments.
  private static let patience = Duration.seconds(3)
  private static let pause = Duration.milliseconds(50)

  private func open(_ place: VaultPlace) async throws -> Vault {
    let keys = try home.openKeys(try unlocking.unlock(home))
    let clock = environment.clock
    let end = clock.monotonic() + Self.patience
    while true {
      do {
        return try Vault.open(place.vault, scope: place.scope, in: home, unlock: .keys(keys))
      } catch let error as FreeholdError where error.code == .busy && clock.monotonic() < end {
        try await clock.sleep(for: Self.pause)
      }
    }
  }

  /// Reads the vault's status: no keys, no network, no lock.
  func statusReader(_ place: VaultPlace) throws -> VaultStatusReader {
    try VaultStatusReader(place.vault, scope: place.scope, in: home)
  }

  /// Closes connections that were opened outside `withVault`.
  func shutdown() async { await network.shutdown() }

  /// Leaves connections to the end of the process: some node may be holding an answer back.
  func abandonConnections() { network.abandon() }

  /// The moment that a text like `2h` or `2027-01-31` means, looking back.
  func past(_ text: String?) throws -> Timestamp? {
    guard let text else { return nil }
    do {
      return try TimeExpression(text).moment(before: environment.clock.now())
    } catch {
      throw FreeholdError(.usage, "“\(NamePath.shown(text))” is \(error)")
    }
  }
}
