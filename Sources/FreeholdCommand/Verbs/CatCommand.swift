import ArgumentParser
import Foundation
import Freehold
import Synchronization

/// `freehold cat`: one file to the standard output.
struct CatCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cat", abstract: "Write a file of the vault to the standard output.",
    discussion: """
      freehold cat notes/today.txt
      freehold cat /notes/today.txt --at 2d | diff - notes/today.txt

      Every piece is compared with its hash before it is written. With --json the content comes in
      Base64, for files up to 64 MiB.
      """)

  /// As much as one JSON object should hold.
  private static let jsonBytesMax = 64 << 20

  @OptionGroup var common: CommonOptions

  @Option(help: ArgumentHelp("As it was then: 2h, 2027-01-31, …", valueName: "time"))
  var at: String?

  @Argument(help: ArgumentHelp("A path in the vault; then the vault's folder.", valueName: "path"))
  var words: [String]

  func run() async throws {
    let session = try Session(common)
    let typed = try PathAndFolder(words, pathsMin: 1, pathsMax: 1, session: session)
    let place = try session.place(typed.folder)
    let path = try place.path(typed.paths.first)
    let time = try session.past(at)
    let wantsJSON = common.json
    let limit = Self.jsonBytesMax
    let collected = try await session.withVault(place) { vault in
      let box = ByteBox()
      try await vault.read(path, at: time) { bytes in
        guard wantsJSON else { return try StandardOutput.write(bytes[...]) }
        guard box.add(bytes, bytesMax: limit) else {
          throw FreeholdError(.usage, "the file is too long for JSON", hint: "leave --json out")
        }
      }
      return box.bytes
    }
    guard wantsJSON else { return }
    let fields = [
      ("size", JSON.number(collected.count)),
      ("base64", JSON.text(Data(collected).base64EncodedString())),
    ]
    try session.console.data(.object(NamePath.json(path.names) + fields))
  }
}

/// Collects bytes in a closure.
private final class ByteBox: Sendable {
  private let held = Mutex<[UInt8]>([])

  var bytes: [UInt8] { held.withLock { $0 } }

  /// Adds bytes unless that makes too many.
  func add(_ bytes: [UInt8], bytesMax: Int) -> Bool {
    held.withLock { held in
      guard held.count + bytes.count <= bytesMax else { return false }
      held += bytes
      return true
    }
  }
}
