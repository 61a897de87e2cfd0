import VaultCRDT
import VaultEncoding
import VaultStore

/// The objects that were written since the folder was last in step: only their contents and
/// attributes can differ from what lies there.
enum TouchedObjects {
  /// Any of them.
  case all
  /// These.
  case some(Set<ObjectID>)

  func contains(_ object: ObjectID) -> Bool {
    switch self {
    case .all: true
    case .some(let objects): objects.contains(object)
    }
  }
}

extension Vault {
  /// The objects of all batches that are not in a vector.
  ///
  /// Complexity: O(operations of those batches).
  func objectsTouched(since vector: VersionVector) throws -> TouchedObjects {
    if tree.objectCount == 0 { return .some([]) }
    guard !vector.isEmpty else { return .all }
    let opener = self.opener
    var touched: Set<ObjectID> = []
    for feed in try database.read({ try $0.feeds(in: scope) }) {
      var next = vector[feed.device.key] + 1
      while next <= feed.count {
        let entries = try database.read {
          try $0.entries(scope: scope, device: feed.device, from: next, bytesMax: 16 << 20)
        }
        guard let last = entries.last else { break }
        for entry in entries where entry.state == .merged {
          // What does not open any more was opened once: better too much is compared.
          guard let batch = try? opener.open(entry) else { return .all }
          for operation in batch.operations {
            if let object = operation.object { touched.insert(object) }
          }
        }
        next = last.sequence + 1
      }
    }
    return .some(touched)
  }
}

extension Operation {
  /// The object that an operation is about; nil for settings.
  var object: ObjectID? {
    switch self {
    case .create(let object, _, _, _), .move(let object, _), .trash(let object),
      .rename(let object, _), .setContent(let object, _), .setAttribute(let object, _, _):
      object
    case .setSetting: nil
    }
  }
}
