import Freehold
import VaultEnvironment

/// Lines of text that people hand to each other: cards and invitations.
enum SharedText {
  private static let bytesMax = 48 << 20

  /// Writes a line into a file, when one is named.
  static func give(_ text: String, to file: String?, _ session: Session) throws {
    guard let file else { return }
    let path = DiskPath(HomePlace.absolute(RawArguments.bytes(of: file)))
    do {
      try session.environment.disk.writeDurably(path, Array("\(text)\n".utf8))
    } catch {
      throw FreeholdError(.failed, "\(path) cannot be written: \(error)")
    }
  }

  /// Reads what somebody gave.
  static func take(_ file: String, _ session: Session) throws -> [UInt8] {
    let path = DiskPath(HomePlace.absolute(RawArguments.bytes(of: file)))
    do {
      return try session.environment.disk.read(path, bytesMax: bytesMax)
    } catch {
      throw FreeholdError(.usage, "\(path) cannot be read: \(error)")
    }
  }
}
