import Foundation
import Testing
import VaultEncoding

/// Finds the project's vectors by walking up from this file.
enum Fixture {
  /// A vector file: JSON, and DAG-JSON wherever bytes or links occur.
  static func json(_ path: String) throws -> CBORValue {
    var folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    while folder.path != "/" {
      let file = folder.appendingPathComponent("Fixtures").appendingPathComponent(path)
      if FileManager.default.fileExists(atPath: file.path) {
        return try DAGJSON.decode(Array(try Data(contentsOf: file)))
      }
      folder.deleteLastPathComponent()
    }
    throw CocoaError(.fileNoSuchFile)
  }

  /// The cases of a vector file; there must be some.
  static func cases(_ path: String, _ key: String = "cases") throws -> [CBORValue] {
    let cases = try #require(try json(path)[key]?.asArray)
    #expect(!cases.isEmpty, "no cases in \(path)")
    return cases
  }
}

extension CBORValue {
  /// The bytes of a field with hexadecimal text.
  func hex(_ key: String) throws -> [UInt8] {
    try #require(try Hex.decode(text(key)))
  }

  /// The text of a field.
  func text(_ key: String) throws -> String {
    try #require(self[key]?.asText)
  }

  /// The integer of a field.
  func int(_ key: String) throws -> Int64 {
    try #require(self[key]?.asInt)
  }

  /// The items of a field.
  func list(_ key: String) throws -> [CBORValue] {
    try #require(self[key]?.asArray)
  }
}
