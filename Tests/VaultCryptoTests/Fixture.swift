import Foundation
import VaultEncoding

/// The vectors in the folder `Fixtures` at the top of the repository.
enum Fixture {
  static func text(_ path: String, from file: String = #filePath) throws -> String {
    try String(contentsOf: url(path, from: file), encoding: .utf8)
  }

  static func decode<T: Decodable>(
    _ type: T.Type, _ path: String, from file: String = #filePath
  ) throws -> T {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(type, from: Data(contentsOf: url(path, from: file)))
  }

  /// The same with keys as they are written.
  static func exact<T: Decodable>(
    _ type: T.Type, _ path: String, from file: String = #filePath
  ) throws -> T {
    try JSONDecoder().decode(type, from: Data(contentsOf: url(path, from: file)))
  }

  private static func url(_ path: String, from file: String) throws -> URL {
    var folder = URL(filePath: file).deletingLastPathComponent()
    while folder.path != "/" {
      let candidate = folder.appending(path: "Fixtures").appending(path: path)
      if FileManager.default.fileExists(atPath: candidate.path) { return candidate }
      folder.deleteLastPathComponent()
    }
    throw CocoaError(.fileNoSuchFile)
  }
}

/// A file of the project's own shape: an origin and cases.
struct Cases<Case: Decodable>: Decodable {
  let cases: [Case]
}

/// A file of Wycheproof's shape: groups of tests.
struct Wycheproof<Group: Decodable>: Decodable {
  let testGroups: [Group]
  let numberOfTests: Int
}

/// Bytes written as hexadecimal text.
struct HexBytes: Decodable {
  let bytes: [UInt8]

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let bytes = Hex.decode(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not hexadecimal")
    }
    self.bytes = bytes
  }
}
