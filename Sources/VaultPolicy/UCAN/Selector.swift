import VaultEncoding

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

  /// `.scope`.
  static let scope = Selector(argument: "scope")
  /// `.hops`.
  static let hops = Selector(argument: "hops")
  /// `.path`.
  static let path = Selector(argument: "path")
  /// Those that grants have nearly always (`LimitRecipes.swift`), so that they are read once.
  private static let ofRecipes = [scope, hops, path]

  /// The selector as it was written.
  public let text: String
  let segments: [Segment]

  /// Reads a selector.
  public init(_ text: String) throws(UCANError) {
    guard text.utf8.count <= UCANLimits.selectorBytesMax else {
      throw UCANError(.malformedToken, "a selector is too long")
    }
    if let known = Self.ofRecipes.first(where: { text.isSame(asASCII: $0.text) }) {
      self = known
      return
    }
    var parser = SelectorParser(text)
    guard let segments = parser.parse() else {
      throw UCANError(.malformedToken, "a selector cannot be read")
    }
    self.text = text
    self.segments = segments
  }

  /// The selector of an argument by its plain ASCII name.
  private init(argument name: String) {
    text = "." + name
    segments = [Segment(step: .field(Array(name.utf8)), isOptional: false)]
  }

  /// Whether both have the same bytes.
  public static func == (left: Selector, right: Selector) -> Bool {
    left.text.utf8.elementsEqual(right.text.utf8)
  }

  /// Feeds the text to a hasher.
  public func hash(into hasher: inout Hasher) { hasher.combine(text) }
}
