import Foundation
import Testing
import VaultEncoding

/// Finds the project's vectors by walking up from this file.
enum Fixture {
  struct Cases<Case: Decodable>: Decodable {
    let cases: [Case]
  }

  static func cases<Case: Decodable>(_ path: String, of type: Case.Type) throws -> [Case] {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let cases = try decoder.decode(Cases<Case>.self, from: Data(bytes(path))).cases
    #expect(!cases.isEmpty, "no cases in \(path)")
    return cases
  }

  static func bytes(_ path: String) throws -> [UInt8] {
    var folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    while folder.path != "/" {
      let file = folder.appendingPathComponent("Fixtures").appendingPathComponent(path)
      if FileManager.default.fileExists(atPath: file.path) {
        return Array(try Data(contentsOf: file))
      }
      folder.deleteLastPathComponent()
    }
    throw CocoaError(.fileNoSuchFile)
  }
}

/// The bytes of hexadecimal text in a test; a wrong digit fails the test.
func hex(_ text: String) throws -> [UInt8] {
  try #require(Hex.decode(text))
}
