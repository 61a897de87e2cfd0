import ArgumentParser
import Freehold

/// One run of the command: parse, do, and turn every error into one sentence and an exit code.
struct Program {
  private let typed: [String]
  private let console: Console

  /// Takes what was typed, without the program's name.
  init(typed: [String]) {
    self.typed = typed
    let options = typed.prefix { $0 != "--" }
    console = Console(
      wantsJSON: options.contains("--json"), wantsColor: !options.contains("--no-color"))
  }

  /// Runs to the end and returns the exit code.
  func run() async -> Int32 {
    do {
      switch try ArgumentLine(typed).meaning {
      case .page(let text):
        try StandardOutput.write(text)
      case .verb(let words):
        try await perform(try RootCommand.parseAsRoot(words))
      }
      return 0
    } catch {
      return report(error)
    }
  }

  private func perform(_ command: any ParsableCommand) async throws {
    guard let verb = command as? any AsyncParsableCommand else {
      var command = command
      return try command.run()
    }
    let interrupts = Interrupts(console: console)
    let isEndless = (verb as? any Endless)?.isEndless ?? false
    let handed = Handed(verb: verb)
    let task = Task {
      var verb = handed.verb
      try await verb.run()
    }
    interrupts.onFirst { task.cancel() }
    do {
      try await task.value
    } catch {
      guard interrupts.hasHappened, !(error is ExitCode) else { throw error }
      if isEndless, interrupts.isTermination { return }
      throw FreeholdError(
        .interrupted, "interrupted",
        hint: "what was done is kept; the same command goes on from there")
    }
    // To be stopped is the usual end of what has no other.
    if isEndless, interrupts.isTermination { return }
    if interrupts.hasHappened { throw ExitCode(FreeholdError.Code.interrupted.rawValue32) }
  }

  /// A verb on its way to the task that runs it.
  ///
  /// SAFETY: made by one side, which never looks at it again, and used by the other.
  private struct Handed: @unchecked Sendable {
    let verb: any AsyncParsableCommand
  }

  private func report(_ error: any Error) -> Int32 {
    if let code = error as? ExitCode { return code.rawValue }
    guard let told = parserMessage(error) else {
      let error = FreeholdError(translating: error)
      console.tell(error)
      return error.code.rawValue32
    }
    switch told {
    case .page(let text):
      return (try? StandardOutput.write(text + "\n")) == nil ? 1 : 0
    case .mistake(let error):
      console.tell(error)
      return error.code.rawValue32
    }
  }

  private enum ParserMessage {
    case page(String)
    case mistake(FreeholdError)
  }

  /// What the parser has to say; nil when the error is not the parser's.
  private func parserMessage(_ error: any Error) -> ParserMessage? {
    let code = RootCommand.exitCode(for: error)
    if code == .success { return .page(RootCommand.fullMessage(for: error)) }
    guard code == .validationFailure else { return nil }
    let verb = (try? ArgumentLine(typed).verbName) ?? nil
    let page = verb.map { "freehold help \($0)" } ?? "freehold help"
    return .mistake(
      FreeholdError(.usage, Self.sentence(RootCommand.message(for: error)), hint: page))
  }

  /// The parser's sentence in the form of ours: no capital, no full stop.
  private static func sentence(_ text: String) -> String {
    var text = text
    if text.hasPrefix("Error: ") { text = String(text.dropFirst(7)) }
    while text.hasSuffix(".") || text.hasSuffix("\n") { text = String(text.dropLast()) }
    guard let first = text.first else { return "that is not understood" }
    return first.lowercased() + text.dropFirst()
  }
}

extension FreeholdError.Code {
  /// The exit code as the system takes it.
  var rawValue32: Int32 { Int32(rawValue) }
}
