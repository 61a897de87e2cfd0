import Foundation
import Testing

/// Runs the built commands as a person would, in a folder of their own.
final class Command: Sendable {
  /// What a run left behind.
  struct Outcome {
    let status: Int32
    let output: Data
    let talk: String
    var text: String { String(decoding: output, as: UTF8.self) }
    /// The output as one JSON object.
    var object: [String: Any]? {
      (try? JSONSerialization.jsonObject(with: output)) as? [String: Any]
    }
    /// The code in `{"error":{…}}`.
    var errorCode: Int? { (object?["error"] as? [String: Any])?["code"] as? Int }
    var lines: [String] { text.split(separator: "\n").map(String.init) }
  }

  let folder: URL
  var vault: String { path("vault") }
  var sheet: String { path("sheet") }

  init() throws {
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("fh-\(UInt32.random(in: .min ... .max))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// The path of a name in the folder.
  func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

  /// Writes a file in the folder.
  func write(_ name: String, _ text: String) throws {
    try text.write(toFile: path(name), atomically: false, encoding: .utf8)
  }

  /// Runs `freehold` without a terminal.
  func run(
    _ arguments: String..., variables: [String: String] = [:], input: String? = nil
  ) throws -> Outcome {
    try run(Self.program("freehold"), arguments, variables: variables, input: input)
  }

  /// Makes a vault without a passphrase.
  func makeVault() throws {
    let made = try run(
      "init", vault, "--name", "laptop", "--no-passphrase", "--recovery-out", sheet)
    try #require(made.status == 0, "\(made.talk)")
  }

  /// Runs a program.
  func run(
    _ program: URL, _ arguments: [String], variables: [String: String] = [:], input: String? = nil
  ) throws -> Outcome {
    let process = process(program, arguments, variables: variables)
    let (output, talk) = (path("stdout"), path("stderr"))
    for file in [output, talk] { _ = FileManager.default.createFile(atPath: file, contents: nil) }
    process.standardOutput = FileHandle(forWritingAtPath: output)
    process.standardError = FileHandle(forWritingAtPath: talk)
    if let input {
      try write("stdin", input)
      process.standardInput = FileHandle(forReadingAtPath: path("stdin"))
    }
    try process.run()
    process.waitUntilExit()
    return Outcome(
      status: process.terminationStatus,
      output: FileManager.default.contents(atPath: output) ?? Data(),
      talk: String(decoding: FileManager.default.contents(atPath: talk) ?? Data(), as: UTF8.self))
  }

  /// A process that is ready to start: its variables are only those given, its input is empty.
  func process(
    _ program: URL, _ arguments: [String], variables: [String: String] = [:]
  ) -> Process {
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    process.currentDirectoryURL = folder
    let usual = [
      "FREEHOLD_HOME": path("home"), "XDG_RUNTIME_DIR": folder.path, "HOME": folder.path,
      "PATH": "/usr/bin:/bin",
    ]
    process.environment = usual.merging(variables) { $1 }
    process.standardInput = FileHandle.nullDevice
    return process
  }

  /// A built command: next to the test bundle.
  static func program(_ name: String) throws -> URL {
    var folder = URL(fileURLWithPath: #filePath)
    while !FileManager.default.fileExists(
      atPath: folder.appendingPathComponent("Package.swift").path)
    { folder.deleteLastPathComponent() }
    let program = folder.appendingPathComponent(".build/debug").appendingPathComponent(name)
    try #require(FileManager.default.isExecutableFile(atPath: program.path), "build \(name) first")
    return program
  }
}
