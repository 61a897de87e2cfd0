/// Why the local store could not do what was asked.
public struct StoreError: Error, Sendable {
  /// What kind of failure it was.
  public struct Code: Hashable, Sendable {
    /// The code's name, for `--json` and logs.
    public let name: String

    /// The file is damaged.
    public static let corrupt = Code(name: "corrupt")
    /// The file was made by a newer Freehold; nothing in it was touched.
    public static let newerFormat = Code(name: "newer-format")
    /// The file belongs to another program, or to another part of Freehold.
    public static let wrongFile = Code(name: "wrong-file")
    /// Another process is using it.
    public static let busy = Code(name: "busy")
    /// No space left; the change was undone.
    public static let noSpace = Code(name: "no-space")
    /// The device failed; nothing more is written until the process starts anew.
    public static let io = Code(name: "io")
    /// The permissions forbid it.
    public static let denied = Code(name: "denied")
    /// There is no such thing in the store.
    public static let notFound = Code(name: "not-found")
    /// The change does not continue what is stored: a gap, a repetition, or a fork.
    public static let outOfOrder = Code(name: "out-of-order")
    /// A number from outside is larger than the store can hold.
    public static let outOfRange = Code(name: "out-of-range")
    /// A statement is wrong, or breaks a rule of the schema: a mistake of ours.
    public static let misuse = Code(name: "misuse")
  }

  /// What kind of failure it was.
  public let code: Code
  /// What happened, for a person.
  public let sentence: String

  /// Describes a failure.
  public init(_ code: Code, _ sentence: String) {
    self.code = code
    self.sentence = sentence
  }
}

extension StoreError: Equatable, CustomStringConvertible {
  /// Two failures are equal when their codes are.
  public static func == (left: StoreError, right: StoreError) -> Bool { left.code == right.code }

  /// What happened, for a person.
  public var description: String { sentence }
}
