import VaultEncoding

/// Which paths of a folder may be written, as people write it: `notes`, `*.md`, `2026/*.jpg`.
///
/// docs/spec/requests.md, "Recipes". Without a star it is a file, or a folder with everything below
/// it; with stars a pattern for the whole path, in which each stands for any characters, `/` too.
/// Paths are seen from the shared folder. Bytes are compared: a name in another Unicode form is
/// another name.
public struct PathLimit: Hashable, Sendable {
  private let pattern: LikePattern

  /// As it was written; a star that means itself is `\*`.
  public var text: String { pattern.text }

  /// Reads a limit.
  ///
  /// Throws `malformedToken` for one that no path has: an empty one, one that begins or ends with
  /// `/`, one with an empty segment, `.` or `..`.
  public init(_ text: String) throws(UCANError) {
    let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    let forbidden: [[UInt8]] = [[], [0x2e], [0x2e, 0x2e]]
    guard !parts.contains(where: { forbidden.contains(Array($0)) }) else {
      throw UCANError(
        .malformedToken,
        "a path is seen from the folder and has no empty part, “.” or “..”")
    }
    pattern = try LikePattern(text)
  }

  /// The limit that is a file, or a folder with everything below it.
  init(folder path: String) throws(UCANError) {
    try self.init(LikePattern.escape(path))
  }

  /// A limit that is a pattern; nil for one without stars, which is written otherwise.
  init?(pattern: LikePattern) {
    guard pattern.onlyText == nil else { return nil }
    self.pattern = pattern
  }

  /// The condition for a delegation.
  public var statement: PolicyStatement {
    get throws(UCANError) {
      guard let path = pattern.onlyText else { return .like(try Selector(".path"), pattern) }
      return try .path(below: path)
    }
  }

  /// The same limit as it reads from inside a folder: what it lets through there, or less.
  public func seen(from folder: String) throws(UCANError) -> Inside {
    let prefix = folder + "/"
    let outcome = try statement.outcome(below: prefix, .map([:]))
    guard outcome == .sometimes else { return outcome == .always ? .everything : .nothing }
    guard let path = pattern.onlyText else {
      return .some(try PathLimit(pattern.text(after: prefix)))
    }
    return .some(try PathLimit(folder: path.dropping(prefix)))
  }

  /// What a limit lets through inside a folder.
  public enum Inside: Hashable, Sendable {
    /// Every path.
    case everything
    /// These.
    case some(PathLimit)
    /// None.
    case nothing
  }
}

extension String {
  /// Without a prefix that it has.
  fileprivate func dropping(_ prefix: String) -> String {
    String(decoding: utf8.dropFirst(prefix.utf8.count), as: UTF8.self)
  }
}
