import VaultCRDT

/// All that a person can see of a tree, to be compared.
struct TreeView: Equatable {
  struct Place: Equatable {
    var path: [[UInt8]]
    var kind: ObjectKind
  }

  var places: [ObjectID: Place] = [:]
  var contents: [ObjectID: [[UInt8]]] = [:]
  var attributes: [ObjectID: [AttributeKey: [UInt8]?]] = [:]
  var settings: [[UInt8]: [UInt8]?] = [:]
  var trashed: Set<ObjectID> = []

  init() {}

  /// What a tree answers to a walk over its folders.
  ///
  /// Attributes and settings are asked for by the keys that `other` has.
  init(_ tree: Tree, like other: TreeView) {
    list(tree, .root, path: [])
    trashed = Set(tree.trashed().map(\.object))
    for (object, keys) in other.attributes {
      for key in keys.keys {
        attributes[object, default: [:]][key] = .some(tree.attribute(of: object, key))
      }
    }
    for key in other.settings.keys { settings[key] = .some(tree.setting(key)) }
  }

  private mutating func list(_ tree: Tree, _ folder: ObjectID, path: [[UInt8]]) {
    for child in tree.children(of: folder) {
      places[child.object] = Place(path: path + [child.name], kind: child.kind)
      contents[child.object] = tree.contents(of: child.object).map(\.value)
      if child.kind == .folder { list(tree, child.object, path: path + [child.name]) }
    }
  }

  /// What differs, in words.
  func difference(from other: TreeView) -> String {
    var lines: [String] = []
    for object in Set(places.keys).union(other.places.keys).sorted() {
      let here = places[object].map { describe($0) } ?? "hidden"
      let there = other.places[object].map { describe($0) } ?? "hidden"
      if here != there { lines.append("\(object): \(here) != \(there)") }
      if contents[object] != other.contents[object] { lines.append("\(object): contents") }
      if attributes[object] != other.attributes[object] { lines.append("\(object): attributes") }
    }
    if trashed != other.trashed {
      lines.append("trash: \(trashed.subtracting(other.trashed)) only here,")
      lines.append("  \(other.trashed.subtracting(trashed)) only there")
    }
    if settings != other.settings { lines.append("settings") }
    return lines.joined(separator: "\n")
  }

  private func describe(_ place: Place) -> String {
    place.path.map(text).joined(separator: "/") + " \(place.kind)"
  }
}
