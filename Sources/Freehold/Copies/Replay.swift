import VaultCRDT

/// Does operations of one device once more as another: what they made gets new names, and what
/// cannot be done again is passed over.
struct Replay {
  private var names: [ObjectID: ObjectID] = [:]

  /// Does one operation.
  mutating func apply(_ operation: Operation, to draft: inout Draft) {
    // An object that is gone meanwhile, a name that is taken by a cycle: the rest goes on.
    try? perform(operation, &draft)
  }

  private mutating func perform(_ operation: Operation, _ draft: inout Draft) throws {
    switch operation {
    case .create(let object, let kind, let parent, let name):
      names[object] = try draft.create(kind, in: now(parent), named: name)
    case .move(let object, let parent):
      if parent == .trash {
        try draft.trash(now(object))
      } else {
        try draft.move(now(object), to: now(parent))
      }
    case .trash(let object): try draft.trash(now(object))
    case .rename(let object, let name): try draft.rename(now(object), to: name)
    case .setContent(let object, let value): try draft.setContent(now(object), to: value)
    case .setAttribute(let object, let key, let value):
      try draft.setAttribute(key, of: now(object), to: value)
    case .setSetting(let key, let value): try draft.setSetting(key, to: value)
    }
  }

  private func now(_ object: ObjectID) -> ObjectID { names[object] ?? object }
}
