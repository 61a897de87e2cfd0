import Glibc

/// Colour, where a person may want it; never the only carrier of a meaning.
struct Paint: Sendable {
  /// Whether escapes are written.
  let isOn: Bool

  /// Decides for one descriptor: options first, then NO_COLOR, CLICOLOR and TERM, then whether it
  /// is a terminal.
  init(choice: ColorChoice, noColor: Bool, descriptor: Int32) {
    switch choice {
    case _ where noColor: isOn = false
    case .always: isOn = true
    case .never: isOn = false
    case .auto:
      isOn =
        isatty(descriptor) == 1 && (Variable.text("NO_COLOR") ?? "").isEmpty
        && Variable.text("CLICOLOR") != "0" && Variable.text("TERM") != "dumb"
    }
  }

  func bold(_ text: String) -> String { wrap(text, "1") }
  func good(_ text: String) -> String { wrap(text, "32") }
  func warning(_ text: String) -> String { wrap(text, "33") }
  func bad(_ text: String) -> String { wrap(text, "1;31") }
  func faint(_ text: String) -> String { wrap(text, "2") }

  private func wrap(_ text: String, _ code: String) -> String {
    isOn ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }
}
