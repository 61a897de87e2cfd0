/// What lies in the trash by the move log and is shown all the same, because somebody changed it
/// without knowing that it was deleted.
///
/// docs/spec/crdt.md, "Deletion".
struct Rescue: Equatable {
  /// Objects below the trash that are shown.
  var shown: Set<Node> = []
  /// Shown objects that are directly in the trash: the folder in which they reappear.
  var homes: [Node: Node] = [:]
  /// The reverse: the objects that reappear in a folder.
  var arrivals: [Node: [Node]] = [:]

  static let none = Rescue()

  var isEmpty: Bool { shown.isEmpty }
}
