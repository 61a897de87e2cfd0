import Freehold
import VaultCrypto
import VaultEnvironment

/// A file with a recovery phrase: the sheet that `init` wrote, or the 24 words alone.
struct PhraseFile {
  private static let bytesMax = 64 << 10

  /// The phrase.
  let phrase: RecoveryPhrase
  /// What the sheet calls the vault; nil when it is no sheet.
  let vaultName: String?

  /// Reads the file.
  init(_ typed: String, disk: any Disk) throws {
    let path = DiskPath(HomePlace.absolute(RawArguments.bytes(of: typed)))
    guard try disk.exists(path) else {
      throw FreeholdError(
        .usage, "there is no \(path)", hint: "--phrase-file names the sheet, or a file of 24 words")
    }
    try self.init(text: String(decoding: disk.read(path, bytesMax: Self.bytesMax), as: UTF8.self))
  }

  /// Reads the text of such a file.
  init(text: String) throws {
    phrase = try RecoverySheet.phrase(in: text) ?? RecoveryPhrase(text)
    vaultName = Self.name(in: text)
  }

  private static func name(in text: String) -> String? {
    for line in text.split(whereSeparator: \.isNewline) {
      let parts = line.split(separator: " ", maxSplits: 1)
      guard parts.count == 2, parts[0] == "Vault" else { continue }
      let name = parts[1].drop(while: \.isWhitespace)
      return name.isEmpty ? nil : String(name)
    }
    return nil
  }
}
