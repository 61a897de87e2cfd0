/// Index of an object inside one tree.
typealias Node = UInt32

extension Node {
  static let root: Node = 0
  static let trash: Node = 1
  /// No object, no entry.
  static let none = UInt32.max
}
