/// What went wrong, as a code and a sentence; two errors are equal when their codes are.
public struct CRDTError: Error, Sendable {
  /// What kind of failure it is.
  public let code: Code
  /// What happened and where, without a capital and a full stop.
  public let sentence: String

  init(_ code: Code, _ sentence: String) {
    self.code = code
    self.sentence = sentence
  }

  /// The kinds of failure; more may be added.
  public struct Code: Hashable, Sendable {
    let name: StaticName

    enum StaticName: Hashable, Sendable {
      case malformed, unsupported, overLimit, inconsistent
      case unknownObject, reservedObject, hiddenObject, wrongKind, wouldCycle
      case invalidName, invalidReplica
    }

    /// The bytes are no batch or checkpoint.
    public static let malformed = Code(name: .malformed)
    /// The bytes have a version that this program does not know.
    public static let unsupported = Code(name: .unsupported)
    /// A bound of `CRDTLimits` is exceeded.
    public static let overLimit = Code(name: .overLimit)
    /// A batch contradicts the history that it says it knows.
    public static let inconsistent = Code(name: .inconsistent)
    /// No such object.
    public static let unknownObject = Code(name: .unknownObject)
    /// The root and the trash cannot be changed in this way.
    public static let reservedObject = Code(name: .reservedObject)
    /// The object lies in the trash.
    public static let hiddenObject = Code(name: .hiddenObject)
    /// A folder was expected, or something other than a folder.
    public static let wrongKind = Code(name: .wrongKind)
    /// A folder cannot be moved into itself.
    public static let wouldCycle = Code(name: .wouldCycle)
    /// A name is empty, too long, reserved, or holds a slash or NUL.
    public static let invalidName = Code(name: .invalidName)
    /// A replica's key is all zeros, which names the constants.
    public static let invalidReplica = Code(name: .invalidReplica)
  }
}

extension CRDTError: Hashable {
  /// Compares the codes only.
  public static func == (left: CRDTError, right: CRDTError) -> Bool { left.code == right.code }

  /// Hashes the code only.
  public func hash(into hasher: inout Hasher) { hasher.combine(code) }
}

extension CRDTError: CustomStringConvertible {
  /// The sentence.
  public var description: String { sentence }
}
