/// What went wrong with the user's folder, where, and while doing what.
///
/// Two errors are equal when their codes are.
public struct FolderError: Error, Sendable {
  /// The kind of trouble; new kinds may be added.
  public struct Code: Hashable, Sendable {
    /// The word of the code, for JSON and logs.
    public let word: String

    init(_ word: String) { self.word = word }

    /// There is nothing by that name.
    public static let notFound = Code("not-found")
    /// The name is taken: also by a name that this file system thinks equal.
    public static let exists = Code("exists")
    /// What lies there is not what was expected: somebody changed it meanwhile.
    public static let changedMeanwhile = Code("changed-meanwhile")
    /// The file was changed while it was read: read it again.
    public static let changedWhileReading = Code("changed-while-reading")
    /// The system refuses the permission.
    public static let noPermission = Code("no-permission")
    /// A symbolic link is in the way, or the path leads out of the folder.
    public static let leadsOutside = Code("leads-outside")
    /// The two places are on different file systems: copy instead.
    public static let otherDevice = Code("other-device")
    /// Not a folder, or not a regular file, where one is needed.
    public static let wrongKind = Code("wrong-kind")
    /// The folder still holds something.
    public static let notEmpty = Code("not-empty")
    /// This file system cannot hold such a name.
    public static let nameRefused = Code("name-refused")
    /// The disk or the user's share of it is full, or the file is too large for it.
    public static let noSpace = Code("no-space")
    /// The file system is read-only.
    public static let readOnly = Code("read-only")
    /// The file system or the kernel cannot do this.
    public static let unsupported = Code("unsupported")
    /// A limit of this module was reached.
    public static let overLimit = Code("over-limit")
    /// The process has too many files open.
    public static let tooManyOpenFiles = Code("too-many-open-files")
    /// The bytes are not an index that this version can read.
    public static let damagedIndex = Code("damaged-index")
    /// The device reports an error.
    public static let inputOutput = Code("input-output")
    /// The run was told to stop here.
    public static let interrupted = Code("interrupted")
    /// Anything else; `number` says more.
    public static let other = Code("other")
  }

  /// The kind of trouble.
  public let code: Code
  /// Where, beneath the root; nothing when it is not about a place.
  public let path: FolderPath?
  /// What was being done, as a verb: to open, to write.
  public let action: String
  /// The system's error number; 0 when it was not the system's.
  public let number: Int32

  /// An error that is not the system's.
  public init(_ code: Code, at path: FolderPath?, action: String) {
    self.init(code: code, path: path, action: action, number: 0)
  }

  private init(code: Code, path: FolderPath?, action: String, number: Int32) {
    self.code = code
    self.path = path
    self.action = action
    self.number = number
  }
}

extension FolderError: Equatable {
  /// Equal codes.
  public static func == (left: FolderError, right: FolderError) -> Bool { left.code == right.code }
}

extension FolderError: CustomStringConvertible {
  /// A sentence such as `cannot write photos/a.jpg: no space (28)`.
  public var description: String {
    let place = path.map { " " + $0.escapedForTerminal } ?? ""
    let reason = code.word.split(separator: "-").joined(separator: " ")
    return "cannot \(action)\(place): \(reason)" + (number == 0 ? "" : " (\(number))")
  }
}

extension FolderError {
  /// The meaning of a negative errno.
  init(result: some SignedInteger, at path: FolderPath?, action: String) {
    let number = Int32(truncatingIfNeeded: -result)
    self.init(code: Code(number: number), path: path, action: action, number: number)
  }

  /// The same trouble, seen from the path that the caller knows.
  func at(_ path: FolderPath) -> FolderError {
    FolderError(code: code, path: path, action: action, number: number)
  }
}
