import ArgumentParser

/// The options that every verb takes, before it or after it.
///
/// They are explained on one page,
/// `freehold help options`, and hidden elsewhere, so that a verb's page shows its own.
struct CommonOptions: ParsableArguments {
  @Option(
    name: .customShort("C"),
    help: ArgumentHelp("The vault's folder, or one in it.", valueName: "dir", visibility: .hidden))
  var folder: String?

  @Option(help: ArgumentHelp("The home of this device.", valueName: "dir", visibility: .hidden))
  var home: String?

  @Flag(help: ArgumentHelp("Print JSON.", visibility: .hidden))
  var json = false

  @Option(
    help: ArgumentHelp(
      "Read the passphrase from this descriptor.", valueName: "n", visibility: .hidden))
  var passphraseFd: Int32?

  @Option(
    help: ArgumentHelp("Colour: auto, always, never.", valueName: "when", visibility: .hidden))
  var color = ColorChoice.auto

  @Flag(help: ArgumentHelp("No colour.", visibility: .hidden))
  var noColor = false

  @Flag(name: .shortAndLong, help: ArgumentHelp("Only errors.", visibility: .hidden))
  var quiet = false

  @Flag(help: ArgumentHelp("Never ask.", visibility: .hidden))
  var noInput = false

  /// How a common option was written.
  struct Written: Equatable {
    /// Whether it takes a value.
    let takesValue: Bool
    /// Whether the value is in the same word.
    let holdsValue: Bool
  }

  private static let valued = ["-C", "--home", "--passphrase-fd", "--color"]
  private static let flags = ["--json", "--no-color", "-q", "--quiet", "--no-input"]

  /// Every common option.
  static var names: [String] { valued + flags }

  /// The common option that a word is; nil for any other word.
  static func option(named word: String) -> Written? {
    if flags.contains(word) { return Written(takesValue: false, holdsValue: false) }
    if valued.contains(word) { return Written(takesValue: true, holdsValue: false) }
    let name = word.prefix { $0 != "=" }
    guard name.count < word.count, valued.contains(String(name)) else { return nil }
    return Written(takesValue: true, holdsValue: true)
  }
}

/// When to colour.
enum ColorChoice: String, ExpressibleByArgument, CaseIterable {
  case auto
  case always
  case never
}
