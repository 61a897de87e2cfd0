/// Why a file could not be read or kept.
public struct DiskError: Error, Sendable {
  /// What kind of failure it was.
  public struct Code: Hashable, Sendable {
    /// The code's name, for `--json` and logs.
    public let name: String

    /// There is no such file or folder.
    public static let notFound = Code(name: "not-found")
    /// Something has this name already.
    public static let exists = Code(name: "exists")
    /// No space left, or the quota is used up.
    ///
    /// What was there before is untouched.
    public static let noSpace = Code(name: "no-space")
    /// Another process holds the lock: `holder` says which, when that is known.
    public static let busy = Code(name: "busy")
    /// The device failed.
    public static let io = Code(name: "io")
    /// The permissions forbid it, or the file system is read-only.
    public static let denied = Code(name: "denied")
    /// The file is longer than the caller's limit.
    public static let tooLarge = Code(name: "too-large")
    /// The file ends before the range asked for.
    public static let truncated = Code(name: "truncated")
    /// A folder where a file is wanted, a file where a folder is, or a folder that is not empty.
    public static let wrongKind = Code(name: "wrong-kind")
    /// The path has a zero byte, is too long, or cannot name a database.
    public static let invalidPath = Code(name: "invalid-path")
    /// The process has too many files open.
    public static let tooManyFiles = Code(name: "too-many-files")
    /// A sync of this path failed before; nothing is written there until the process starts anew.
    public static let untrusted = Code(name: "untrusted")
  }

  /// What kind of failure it was.
  public let code: Code
  /// Which file or folder.
  public let path: DiskPath
  /// What happened, for a person; the path is in it.
  public let sentence: String
  /// Who holds the lock, for `.busy`, when that is known.
  public let holder: Int32?

  /// Describes a failure; the sentence is closed with the path.
  public init(_ code: Code, at path: DiskPath, _ sentence: String, holder: Int32? = nil) {
    self.code = code
    self.path = path
    self.sentence = "\(sentence): \(path)"
    self.holder = holder
  }
}

extension DiskError: Equatable, CustomStringConvertible {
  /// Two failures are equal when their codes are.
  public static func == (left: DiskError, right: DiskError) -> Bool { left.code == right.code }

  /// What happened, for a person.
  public var description: String { sentence }
}
