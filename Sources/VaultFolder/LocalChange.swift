/// Something that happened in the user's folder since it was last in step.
public struct LocalChange: Hashable, Sendable {
  /// What happened.
  public enum Action: Hashable, Sendable {
    /// It was not there before. What was at its place until now may be replaced by it: an object
    /// of another kind, which is then among the moved or deleted ones.
    case created(replacing: FolderKey?)
    /// It has another name or lies in another folder. What is in a moved folder moved with it
    /// and is not mentioned.
    case moved(from: FolderPath)
    /// Read it and compare: the stat speaks for a change of content, or cannot rule it out.
    case contentMaybeChanged
    /// Mode, times, or extended attributes differ; the content does not.
    case attributesChanged
    /// It is gone. `isTop` when the folder that held it is not.
    case deleted(isTop: Bool)
  }

  /// An object of the index, or one of the created ones.
  public enum Object: Hashable, Sendable {
    /// An object that has a key, or the root key.
    case known(FolderKey)
    /// The created object with this number; numbers count from 0 in the order of the changes.
    case created(Int)
  }

  /// What happened.
  public let action: Action
  /// To what.
  public let object: Object
  /// The folder that holds it now; for a deleted object the one that held it.
  public let parent: Object
  /// Where it is now; for a deleted object where it was.
  public let path: FolderPath
  /// What the scan saw; for a deleted object what the index knew.
  public let stat: FileStat

  /// The same about something else that happened to it.
  public func with(_ action: Action) -> LocalChange {
    LocalChange(action: action, object: object, parent: parent, path: path, stat: stat)
  }
}

extension LocalChange: CustomStringConvertible {
  /// A line such as `moved a/b → c`.
  public var description: String {
    switch action {
    case .created: "created \(path)"
    case .moved(let old): "moved \(old) → \(path)"
    case .contentMaybeChanged: "content maybe changed \(path)"
    case .attributesChanged: "attributes changed \(path)"
    case .deleted: "deleted \(path)"
    }
  }
}
