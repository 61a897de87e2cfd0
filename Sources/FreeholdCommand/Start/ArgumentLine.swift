import ArgumentParser
import Freehold

/// What was typed, brought into the order that the parser takes: the verb first.
///
/// The common options may stand anywhere: `freehold -C photos --json node list` becomes
/// `node list -C photos --json`.
struct ArgumentLine {
  /// What is to be done.
  enum Meaning: Equatable {
    /// Show this text.
    case page(String)
    /// Parse these words.
    case verb([String])
  }

  /// What is to be done.
  let meaning: Meaning
  /// The verb's full name, such as `node add`; nil for pages.
  let verbName: String?

  /// Finds the verb; throws `usage` with a suggestion when there is none of that name.
  init(_ typed: [String]) throws {
    var rest = typed[...]
    var leading = try Self.takeCommonOptions(&rest)
    guard let first = rest.popFirst() else {
      (meaning, verbName) = (.page(HelpPages.overview), nil)
      return
    }
    switch first {
    case "-h", "--help":
      (meaning, verbName) = (.page(HelpPages.overview), nil)
    case "--version":
      (meaning, verbName) = (.verb(["version"] + leading + rest), "version")
    case "help":
      leading += try Self.takeCommonOptions(&rest)
      meaning = try Self.help(Array(rest))
      verbName = nil
    case _ where first.hasPrefix("-"):
      throw Self.unknownOption(first)
    default:
      var names: [String] = []
      let verb = try Self.find(first, in: RootCommand.self, after: &names)
      if verb.hasVerbs {
        leading += try Self.takeCommonOptions(&rest)
        guard let second = rest.popFirst(), second != "-h", second != "--help" else {
          (meaning, verbName) = (.verb(names + ["--help"]), names.joined(separator: " "))
          return
        }
        _ = try Self.find(second, in: verb, after: &names)
      }
      (meaning, verbName) = (.verb(names + leading + rest), names.joined(separator: " "))
    }
  }

  /// Takes the options that every verb has from the front.
  private static func takeCommonOptions(_ rest: inout ArraySlice<String>) throws -> [String] {
    var taken: [String] = []
    while let word = rest.first, let option = CommonOptions.option(named: word) {
      taken.append(rest.removeFirst())
      guard option.takesValue, !option.holdsValue else { continue }
      guard let value = rest.popFirst() else {
        throw FreeholdError(.usage, "\(word) needs a value", hint: "freehold help options")
      }
      taken.append(value)
    }
    return taken
  }

  private static func find(
    _ word: String, in parent: any ParsableCommand.Type, after names: inout [String]
  ) throws -> any ParsableCommand.Type {
    if let verb = parent.verbs.first(where: { $0._commandName == word }) {
      names.append(word)
      return verb
    }
    let shown = parent.verbs.filter { $0.configuration.shouldDisplay }.map { $0._commandName }
    let path = (["freehold"] + names).joined(separator: " ")
    let near = EditDistance.suggestions(for: word, among: shown)
    let habit = names.isEmpty ? Habits.hint(for: word) : nil
    let hint =
      habit ?? (near.isEmpty ? nil : "did you mean \(near.joined(separator: ", "))?")
      ?? (names.isEmpty ? "freehold help shows all verbs" : shown.joined(separator: ", "))
    throw FreeholdError(.usage, "\(path) has no verb “\(NamePath.shown(word))”", hint: hint)
  }

  private static func help(_ words: [String]) throws -> Meaning {
    guard let first = words.first else { return .page(HelpPages.overview) }
    if let page = HelpPages.topic(first) { return .page(page) }
    var names: [String] = []
    let verb = try find(first, in: RootCommand.self, after: &names)
    if verb.hasVerbs, words.count > 1 { _ = try find(words[1], in: verb, after: &names) }
    return .verb(names + ["--help"])
  }

  private static func unknownOption(_ word: String) -> FreeholdError {
    let near = EditDistance.suggestions(for: word, among: CommonOptions.names)
    let hint =
      near.first.map { "did you mean \($0)? " } ?? "the options of a verb come after it; "
    return FreeholdError(
      .usage, "there is no option \(NamePath.shown(word)) before the verb",
      hint: hint + "freehold help options")
  }
}

extension ParsableCommand {
  /// The verbs below this one.
  static var verbs: [any ParsableCommand.Type] { configuration.subcommands }
  /// Whether there are any.
  static var hasVerbs: Bool { !verbs.isEmpty }
}
