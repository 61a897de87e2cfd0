/// A value that holds a secret and therefore never prints it.
///
/// `print`, string interpolation, `dump` and mirrors all show the type's name and nothing of what
/// is inside, so that a secret cannot reach a log by way of a value that contains it.
public protocol Concealed: CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{}

extension Concealed {
  /// The type's name and the word «concealed».
  public var description: String { "\(Self.self)(concealed)" }
  /// The same as the description.
  public var debugDescription: String { description }
  /// A mirror without children.
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}
