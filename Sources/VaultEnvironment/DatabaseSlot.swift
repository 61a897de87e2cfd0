import Synchronization

/// Holds an open in-memory database for whoever opens it next.
///
/// A simulated machine keeps its slots over a crash, so a database comes back as of its last
/// commit. What is in it is the store's business.
public final class DatabaseSlot: Sendable {
  private let content = Mutex<(any Sendable)?>(nil)

  /// Makes an empty slot.
  public init() {}

  /// What the slot holds; made now and kept if it holds nothing yet.
  public func value<Value: Sendable>(orMake make: () throws -> Value) rethrows -> Value {
    try content.withLock { content in
      if let value = content as? Value { return value }
      let value = try make()
      content = value
      return value
    }
  }
}
