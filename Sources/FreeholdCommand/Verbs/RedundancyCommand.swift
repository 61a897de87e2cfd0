import ArgumentParser
import Freehold

/// `freehold redundancy`: how many nodes suffice.
struct RedundancyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "redundancy", abstract: "How many nodes suffice, out of how many: show, set.",
    discussion: """
      freehold redundancy show
      freehold redundancy set 2/3      any 2 of 3 nodes bring everything back
      """,
    subcommands: [RedundancyShowCommand.self, RedundancySetCommand.self])
}

/// `freehold redundancy show`.
struct RedundancyShowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show how many nodes suffice, out of how many.",
    discussion: "freehold redundancy show")

  @OptionGroup var common: CommonOptions

  @Argument(help: "The vault's folder.")
  var dir: String?

  func run() async throws {
    let session = try Session(common)
    let place = try session.place(dir)
    let isMet = try session.statusReader(place).status().redundancy.isMet
    let (wanted, nodes) = try await session.withVault(place) { vault in
      (await vault.redundancy(), await vault.nodes().count)
    }
    guard !common.json else {
      return try session.console.data(
        .object([
          ("redundancy", wanted.json(isMet: isMet)), ("nodes", .number(nodes)),
        ]))
    }
    try session.console.data("\(wanted)")
    session.console.talk(wanted.sentence)
    if nodes < wanted.total {
      session.console.warn(
        "there are \(Wording.count(nodes, "node"))", hint: "freehold node add INVITATION")
    }
  }
}

/// `freehold redundancy set`.
struct RedundancySetCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "set", abstract: "Set how many nodes suffice, out of how many.",
    discussion: """
      freehold redundancy set 2/3      any 2 of 3 nodes suffice; 1.5 times the space
      freehold redundancy set 1/2      each of 2 nodes has everything; twice the space

      Holds for what is stored from now on; freehold sync spreads what is there anew.
      """)

  @OptionGroup var common: CommonOptions

  @Argument(help: ArgumentHelp("So many of so many, such as 2/3.", valueName: "k/n"))
  var wish: String

  @Argument(help: "The vault's folder.")
  var dir: String?

  func run() async throws {
    let parts = wish.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let needed = parts[0], let total = parts[1],
      let redundancy = Redundancy(needed: needed, total: total)
    else {
      throw FreeholdError(
        .usage, "“\(NamePath.shown(wish))” is no K/N",
        hint: "such as 2/3: 1 ≤ K ≤ N ≤ \(Redundancy.totalMax)")
    }
    let session = try Session(common)
    let place = try session.place(dir)
    let nodes = try await session.withVault(place) { vault in
      try await vault.setRedundancy(redundancy)
      return await vault.nodes().count
    }
    guard !common.json else {
      return try session.console.data(
        .object([("redundancy", redundancy.json(isMet: false)), ("nodes", .number(nodes))]))
    }
    session.console.talk(redundancy.sentence + "; next: freehold sync")
    if nodes < total {
      session.console.warn(
        "there are \(Wording.count(nodes, "node"))", hint: "freehold node add INVITATION")
    }
  }
}

extension Redundancy {
  /// The wish as `--json` prints it.
  func json(isMet: Bool) -> JSON {
    RedundancyStatus(needed: needed, total: total, isMet: isMet).json
  }

  /// The wish as a person reads it.
  var sentence: String {
    total == 1 ? "one node has everything" : "any \(needed) of \(total) nodes bring everything back"
  }
}
