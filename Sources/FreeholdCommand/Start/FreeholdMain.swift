import CPlatform
import Glibc

/// The entry point of `freehold`.
@main
struct FreeholdMain {
  static func main() async {
    _ = freehold_keep_pages_for_client()
    // A reader that went away is told by the write that fails; see `StandardOutput`.
    signal(SIGPIPE, SIG_IGN)
    exit(await Program(typed: RawArguments.ofThisProcess()).run())
  }
}
