import Freehold
import Glibc

/// Where a verb's words go: data to the standard output, talk to the standard error stream.
struct Console: Sendable {
  /// How wide a terminal is that does not tell.
  private static let columns = 79

  /// Whether data is JSON.
  let wantsJSON: Bool
  /// Whether only errors are told.
  let isQuiet: Bool
  /// Whether somebody sits there who can be asked.
  let canAsk: Bool
  /// Whether a person reads the data.
  let isDataSeen: Bool
  /// Colour for data.
  let dataPaint: Paint
  /// Colour for talk.
  let talkPaint: Paint

  /// A console as the common options want it.
  init(_ options: CommonOptions) {
    wantsJSON = options.json
    isQuiet = options.quiet
    canAsk = !options.noInput && isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1
    isDataSeen = isatty(STDOUT_FILENO) == 1
    dataPaint = Paint(choice: options.color, noColor: options.noColor, descriptor: STDOUT_FILENO)
    talkPaint = Paint(choice: options.color, noColor: options.noColor, descriptor: STDERR_FILENO)
  }

  /// A console for errors, before any option is understood.
  init(wantsJSON: Bool, wantsColor: Bool) {
    self.wantsJSON = wantsJSON
    isQuiet = false
    canAsk = false
    isDataSeen = isatty(STDOUT_FILENO) == 1
    dataPaint = Paint(choice: .never, noColor: true, descriptor: STDOUT_FILENO)
    talkPaint = Paint(choice: .auto, noColor: !wantsColor, descriptor: STDERR_FILENO)
  }

  /// Whether a progress line is of use.
  var showsProgress: Bool { !isQuiet && isatty(STDERR_FILENO) == 1 }

  /// Writes a line of data.
  func data(_ line: String) throws { try StandardOutput.write(line + "\n") }

  /// Writes a JSON value on a line.
  func data(_ json: JSON) throws { try data(json.line) }

  /// Writes a line for people.
  func talk(_ line: String) {
    if !isQuiet { writeError(line + "\n") }
  }

  /// Writes a line for people who asked for quiet, too.
  func insist(_ line: String) { writeError(line + "\n") }

  /// Warns; the hint on a line of its own.
  func warn(_ message: String, hint: String? = nil) {
    talk(talkPaint.warning("warning:") + " " + message)
    if let hint { talk("  → \(hint)") }
  }

  /// Tells an error: JSON to the standard output, otherwise two lines for a person.
  func tell(_ error: FreeholdError) {
    endProgress()
    guard !wantsJSON else {
      try? data(error.json)
      return
    }
    writeError("freehold: \(talkPaint.bad(NamePath.line(error.message)))\n")
    if let hint = error.hint { writeError("  → \(NamePath.line(hint))\n") }
  }

  /// Asks for a yes; without somebody to ask, throws `usage` with the flag to use.
  func confirm(_ question: String, flag: String) throws -> Bool {
    guard canAsk else {
      throw FreeholdError(.usage, "\(question): nobody is there to ask", hint: "add \(flag)")
    }
    writeError("\(question)? [y/N] ")
    let answer = readLine()?.lowercased() ?? ""
    return answer == "y" || answer == "yes"
  }

  /// Goes on only with a yes: given by the flag, or to the question.
  ///
  /// Without somebody to ask, throws `needsDecision` with the flag to use.
  func requireYes(_ given: Bool, _ question: String) throws {
    guard !given else { return }
    guard canAsk else {
      throw FreeholdError(.needsDecision, "\(question): nobody is there to ask", hint: "add --yes")
    }
    guard try confirm(question, flag: "--yes") else {
      throw FreeholdError(.failed, "nothing was changed")
    }
  }

  /// Draws over the current line of a terminal.
  func progress(_ line: String) {
    var size = winsize()
    let isKnown = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 1
    writeError("\r\u{1B}[K" + line.prefix(isKnown ? Int(size.ws_col) - 1 : Self.columns))
  }

  /// Removes the progress line, if there may be one.
  func endProgress() {
    if showsProgress { writeError("\r\u{1B}[K") }
  }

  private func writeError(_ text: String) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }
}

extension FreeholdError {
  /// The error as `--json` prints it.
  var json: JSON { .object([("error", fields)]) }

  /// Code, message and hint.
  var fields: JSON {
    .object([
      ("code", .number(code.rawValue)), ("message", .text(message)), ("hint", .text(hint)),
    ])
  }
}
