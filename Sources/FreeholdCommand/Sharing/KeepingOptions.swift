import ArgumentParser
import Freehold

/// Who keeps access that falls with somebody who is put out.
struct KeepingOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Give this person anew what would fall with it; may be repeated.", valueName: "name"))
  var keep: [String] = []

  /// Tells what falls, asks about each person where somebody is there to ask, and says who keeps
  /// it.
  func names(
    of falling: [GivenAccess], isAsking: Bool, _ console: Console
  ) throws -> Set<String> {
    var kept = Set(keep)
    let width = falling.map { NamePath.line($0.name).count }.max() ?? 0
    for access in falling {
      let fate = kept.contains(access.name) ? "stays, given anew by this device" : "falls with it"
      console.talk("  \(access.line(width: width))  \(fate)")
    }
    for name in Set(falling.map(\.name)).subtracting(kept).sorted()
    where isAsking && console.canAsk {
      let question = "should \(NamePath.line(name)) keep it"
      if try console.confirm(question, flag: "--keep") { kept.insert(name) }
    }
    return kept
  }
}
