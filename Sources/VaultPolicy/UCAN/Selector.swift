/// Names a part of an invocation's arguments: `.path`, `.tags[0]`, `.meta["a b"]?`.
///
/// docs/spec/ucan.md, "Selectors".
public struct Selector: Hashable, Sendable {
  /// One step down.
  enum Step: Hashable, Sendable {
    case field([UInt8])
    case index(Int)
    case slice(from: Int?, to: Int?)
    case values
  }

  /// A step, and whether it yields null instead of failing.
  struct Segment: Hashable, Sendable {
    let step: Step
    let isOptional: Bool
  }

  /// The selector as it was written.
  public let text: String
  let segments: [Segment]

  /// Reads a selector.
  public init(_ text: String) throws(UCANError) {
    guard text.utf8.count <= UCANLimits.selectorBytesMax else {
      throw UCANError(.malformedToken, "a selector is too long")
    }
    var parser = SelectorParser(text)
    guard let segments = parser.parse() else {
      throw UCANError(.malformedToken, "a selector cannot be read")
    }
    self.text = text
    self.segments = segments
  }

  /// Whether both have the same bytes.
  public static func == (left: Selector, right: Selector) -> Bool {
    left.text.utf8.elementsEqual(right.text.utf8)
  }

  /// Feeds the text to a hasher.
  public func hash(into hasher: inout Hasher) { hasher.combine(text) }
}
