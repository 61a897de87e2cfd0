import ArgumentParser
import CPlatform

#if canImport(Glibc)
  import Glibc
#endif

/// The entry point: parses, runs, and turns every error into one sentence and an exit code.
@main
struct NodeMain {
  static func main() async {
    _ = freehold_keep_pages_for_server()
    let arguments = Array(CommandLine.arguments.dropFirst())
    let isJSON = arguments.contains("--json")
    do {
      var command = try NodeCommand.parseAsRoot(arguments)
      if var running = command as? any AsyncParsableCommand {
        try await running.run()
      } else {
        try command.run()
      }
    } catch {
      exit(Output.report(error, isJSON: isJSON).rawValue)
    }
  }
}
