/// From (attribute, object) to the first head of its register: one column per attribute in use.
struct Attributes {
  private(set) var columns: ContiguousArray<AttributeColumn> = []
  /// From an attribute's number to its column plus one; 0 when it is not in use.
  private var places = ContiguousArray<UInt16>(repeating: 0, count: 256)

  func head(_ node: Node, _ attribute: AttributeKey) -> UInt32 {
    let place = places[Int(attribute.rawValue)]
    return place == 0 ? .none : columns[Int(place) - 1].head(node)
  }

  mutating func set(_ head: UInt32, _ node: Node, _ attribute: AttributeKey) {
    var place = places[Int(attribute.rawValue)]
    if place == 0 {
      columns.append(AttributeColumn(attribute: attribute))
      place = UInt16(columns.count)
      places[Int(attribute.rawValue)] = place
    }
    columns[Int(place) - 1].set(head, node)
  }

  func column(_ attribute: AttributeKey) -> AttributeColumn? {
    let place = places[Int(attribute.rawValue)]
    return place == 0 ? nil : columns[Int(place) - 1]
  }

  /// Replaces every head.
  mutating func mapHeads(_ transform: (UInt32) -> UInt32) {
    for place in columns.indices { columns[place].mapHeads(transform) }
  }
}

/// The heads of one attribute by object, in pages of 16 that exist only where a value is: close
/// to a plain array for attributes that all objects have, small for those that few have.
struct AttributeColumn {
  let attribute: AttributeKey
  /// From an object's number divided by 16 to its page plus one; 0 when there is none.
  private var pages: ContiguousArray<UInt32> = []
  private var heads: ContiguousArray<UInt32> = []

  private static let pageSize = 16

  init(attribute: AttributeKey) { self.attribute = attribute }

  func head(_ node: Node) -> UInt32 {
    let page = Int(node) / Self.pageSize
    guard page < pages.count, pages[page] != 0 else { return .none }
    return heads[(Int(pages[page]) - 1) * Self.pageSize + Int(node) % Self.pageSize]
  }

  mutating func set(_ head: UInt32, _ node: Node) {
    let page = Int(node) / Self.pageSize
    while pages.count <= page { pages.append(0) }
    if pages[page] == 0 {
      heads.append(contentsOf: repeatElement(.none, count: Self.pageSize))
      pages[page] = UInt32(heads.count / Self.pageSize)
    }
    heads[(Int(pages[page]) - 1) * Self.pageSize + Int(node) % Self.pageSize] = head
  }

  /// Calls back with each object that has a register, in the order of the tree.
  func visitRegisters(_ body: (Node, UInt32) -> Void) {
    for page in pages.indices where pages[page] != 0 {
      let start = (Int(pages[page]) - 1) * Self.pageSize
      for offset in 0..<Self.pageSize where heads[start + offset] != .none {
        body(Node(page * Self.pageSize + offset), heads[start + offset])
      }
    }
  }

  mutating func mapHeads(_ transform: (UInt32) -> UInt32) {
    for position in heads.indices where heads[position] != .none {
      heads[position] = transform(heads[position])
    }
  }
}
