import Freehold
import VaultCrypto
import VaultEncoding

/// The sheet of paper that brings a vault back: plain text, 24 numbered words in six lines.
struct RecoverySheet {
  let vault: DID
  let name: String
  let date: Timestamp
  let phrase: RecoveryPhrase

  private static let wordsPerLine = 4
  private static let wordColumns = 12

  /// The text of the sheet; whoever reads it has the vault.
  var text: String {
    """
    Freehold recovery sheet

      Vault   \(NamePath.line(name))
      DID     \(vault.text)
      Date    \(date.dateText)

    \(wordLines.joined(separator: "\n"))

    Whoever has these 24 words has the whole vault: print or copy this sheet, keep it
    where you keep your passport, and delete the file. There is no other way back when
    every device is lost, and nobody can send you the words again.

    To bring the vault back on a new machine, with any of its nodes still running:

      freehold recover DIR --phrase-file THIS-SHEET --node INVITATION-OR-URL

    """
  }

  /// The words of a sheet, by their numbers; nil when they are not all there and in order.
  static func phrase(in text: String) -> RecoveryPhrase? {
    let parts = text.split(whereSeparator: \.isWhitespace)
    var words: [Substring] = []
    for (number, word) in zip(parts, parts.dropFirst())
    where number == "\(words.count + 1)." && words.count < RecoveryPhrase.wordCount {
      words.append(word)
    }
    return try? RecoveryPhrase(words.joined(separator: " "))
  }

  private var wordLines: [String] {
    let numbered = phrase.exposedWords().enumerated().map { index, word in
      "\(Wording.padLeft(String(index + 1), 2)). \(Wording.pad(word, Self.wordColumns))"
    }
    return stride(from: 0, to: numbered.count, by: Self.wordsPerLine).map { start in
      "  " + numbered[start..<min(start + Self.wordsPerLine, numbered.count)].joined()
    }
  }
}
