import Foundation
import VaultFolder

/// Names and paths as they are shown: bytes inside, and something safe on a terminal.
enum NamePath {
  /// A typed word, made safe to show.
  static func shown(_ word: String) -> String {
    TerminalText.escaped(RawArguments.bytes(of: word))
  }

  /// A path in the vault, made safe to show; `/` for the root.
  static func shown(_ path: [[UInt8]]) -> String {
    path.isEmpty ? "/" : path.map { TerminalText.escaped($0) }.joined(separator: "/")
  }

  /// A path of this machine, made safe to show.
  static func shown(_ path: [UInt8]) -> String { TerminalText.escaped(path) }

  /// The bytes of a path in the vault.
  static func bytes(_ path: [[UInt8]]) -> [UInt8] {
    Array(path.joined(separator: [UInt8(ascii: "/")]))
  }

  /// A sentence that may hold a name: without line breaks and commands to the terminal.
  static func line(_ sentence: String) -> String {
    guard sentence.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else {
      return sentence
    }
    return TerminalText.escaped(Array(sentence.utf8))
  }

  /// The fields of bytes that are a name, under a key: text where they are text, else the escaped
  /// form and the bytes in Base64.
  static func json(_ key: String, _ bytes: [UInt8]) -> [(String, JSON)] {
    if let text = String(validating: bytes, as: UTF8.self) { return [(key, .text(text))] }
    return [
      (key, .text(TerminalText.escaped(bytes))),
      (key + "Base64", .text(Data(bytes).base64EncodedString())),
    ]
  }

  /// The fields of a path in the vault.
  static func json(_ path: [[UInt8]]) -> [(String, JSON)] { json("path", bytes(path)) }
}
