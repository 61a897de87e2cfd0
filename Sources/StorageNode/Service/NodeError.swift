/// What went wrong with a node's data folder or its start, for the person who hosts it.
public struct NodeError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Why, as one of a list that may grow.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    /// The code's name.
    public let description: String

    private init(_ description: String) { self.description = description }

    /// The folder already holds a node.
    public static let exists = Code("exists")
    /// The folder holds no node.
    public static let missing = Code("missing")
    /// Another process uses the folder.
    public static let busy = Code("busy")
    /// A setting is wrong.
    public static let configuration = Code("configuration")
    /// A file of the node is damaged.
    public static let damaged = Code("damaged")
    /// There is no room.
    public static let noSpace = Code("noSpace")
    /// The system refused.
    public static let failed = Code("failed")
  }

  /// Why.
  public let code: Code
  /// A sentence: what and where.
  public let message: String
  /// What to do about it.
  public let hint: String?

  /// An error with its sentence.
  public init(_ code: Code, _ message: String, hint: String? = nil) {
    self.code = code
    self.message = message
    self.hint = hint
  }

  /// The sentence.
  public var description: String { message }

  /// Errors are equal when their codes are.
  public static func == (left: NodeError, right: NodeError) -> Bool { left.code == right.code }
}
