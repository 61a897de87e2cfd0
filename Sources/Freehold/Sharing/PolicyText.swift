import VaultEncoding

/// The policy as a person reads and edits it: who may do what, where, until when, and whether it
/// may be handed on (docs/spec/sharing.md section 9).
///
/// The signed delegations are the authority, never the text: it is made of them, and what is
/// changed in it becomes grants and revocations.
///
///     freehold-policy 1
///     # comment
///     bob may read photos/2026 until 2027-02-23T00:15:16.000Z
///     "dear carol" may write "old notes" only *.md never remove re-share 1
public struct PolicyText: Hashable, Sendable {
  /// One sentence.
  public struct Rule: Hashable, Sendable {
    /// The contact.
    public var name: String
    /// The folder, as bytes.
    public var path: VaultPath
    /// What, and under which terms.
    public var terms: AccessTerms
  }

  static let header = "freehold-policy 1"
  static let bytesMax = 4 << 20
  static let rulesMax = 10_000

  /// The sentences, in canonical order, each once.
  public let rules: [Rule]
  /// What is shown besides and not read: devices, nodes, and what cannot be put in words.
  public let comments: [String]

  /// Puts a text together.
  init(_ rules: [Rule], comments: [String] = []) {
    self.rules = Array(Set(rules)).sorted { $0.line < $1.line }
    self.comments = comments
  }

  /// The text.
  public var text: String {
    ([Self.header] + comments.map { "# \($0)" } + rules.map(\.line)).map { $0 + "\n" }.joined()
  }

  /// Reads a text; throws `usage` with the line that makes no sense.
  public init(parsing bytes: [UInt8]) throws {
    guard bytes.count <= Self.bytesMax, let text = String(validating: bytes, as: UTF8.self) else {
      throw FreeholdError(.usage, "a policy is a text of at most 4 MiB")
    }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard let first = lines.first, Self.words(first)?.joined(separator: " ") == Self.header else {
      throw FreeholdError(
        .usage, "that is no policy: its first line is not “\(Self.header)”",
        hint: "freehold policy show prints one")
    }
    var rules: [Rule] = []
    for (index, line) in lines.enumerated().dropFirst() {
      let bare = line.drop { $0 == " " || $0 == "\t" }
      guard !bare.isEmpty, bare.first != "#" else { continue }
      guard rules.count < Self.rulesMax, let words = Self.words(bare),
        let rule = Rule(words)
      else {
        throw FreeholdError(
          .usage, "line \(index + 1) of the policy makes no sense",
          hint: "NAME may read|write|hold PATH [until TIME] [only GLOB] [never remove]"
            + " [re-share N]")
      }
      rules.append(rule)
    }
    self.init(rules)
  }

  /// The words of a line; those in quotes may hold spaces.
  ///
  /// Nil when a quote is left open.
  private static func words(_ line: Substring) -> [String]? {
    var words: [String] = []
    var word: String?
    var isQuoted = false
    var characters = line.makeIterator()
    while let character = characters.next() {
      if character == "\"" {
        isQuoted.toggle()
        word = word ?? ""
      } else if isQuoted, character == "\\" {
        guard let next = characters.next() else { return nil }
        word?.append(next)
      } else if !isQuoted, character == " " || character == "\t" || character == "\r" {
        if let done = word { words.append(done) }
        word = nil
      } else {
        word = (word ?? "") + String(character)
      }
    }
    guard !isQuoted else { return nil }
    if let word { words.append(word) }
    return words
  }
}

extension PolicyText.Rule {
  /// The sentence.
  public var line: String {
    var text = Self.quoted(name) + " may \(terms.right.rawValue) "
    text += path.names.isEmpty ? "/" : Self.quoted(String(decoding: path.bytes, as: UTF8.self))
    if let until = terms.until { text += " until \(until.text)" }
    if let only = terms.only { text += " only \(Self.quoted(only))" }
    if !terms.removes { text += " never remove" }
    if terms.hops > 0 { text += " re-share \(terms.hops)" }
    return text
  }

  fileprivate init?(_ words: [String]) {
    guard words.count >= 4, words[1] == "may", let right = AccessRight(rawValue: words[2]),
      right != .manage, let path = try? VaultPath(words[3].utf8)
    else { return nil }
    var terms = AccessTerms(right)
    var rest = words.dropFirst(4)
    while let key = rest.popFirst() {
      guard let value = rest.popFirst() else { return nil }
      switch key {
      case "until":
        guard case .moment(let moment) = try? TimeExpression(value) else { return nil }
        terms.until = moment
      case "only":
        guard right == .write else { return nil }
        terms.only = value
      case "never":
        guard right == .write, value == "remove" else { return nil }
        terms.removes = false
      case "re-share":
        guard let hops = Int(value), (1...6).contains(hops) else { return nil }
        terms.hops = hops
      default: return nil
      }
    }
    name = words[0]
    self.path = path
    self.terms = terms
  }

  private static func quoted(_ text: String) -> String {
    let isPlain =
      !text.isEmpty && text.first != "#"
      && text.unicodeScalars.allSatisfy { $0.value > 0x20 && $0 != "\"" && $0 != "\\" }
    guard !isPlain else { return text }
    let escaped = text.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined()
    return "\"\(escaped)\""
  }
}
