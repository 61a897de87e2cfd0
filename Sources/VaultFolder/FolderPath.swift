/// Where something lies beneath the vault's folder: names from the root down.
///
/// Empty for the root.
public struct FolderPath: Hashable, Sendable {
  /// The names, outermost first.
  public let names: [FileName]

  /// The vault's folder itself.
  public static let root = FolderPath([])

  /// A path of these names.
  public init(_ names: [FileName]) {
    self.names = names
  }

  /// Reads `a/b/c`; nothing when a part is not a name (empty, `.`, `..`, too long).
  ///
  /// An empty text is the root. A path never begins with `/`: there is nothing above the root.
  public init?(_ text: String) {
    self.init(bytes: [UInt8](text.utf8))
  }

  /// Reads names separated by `/`, under the rules of ``init(_:)-(String)``.
  public init?(bytes: some Collection<UInt8>) {
    guard !bytes.isEmpty else {
      self.init([])
      return
    }
    var names: [FileName] = []
    for part in bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
      guard let name = FileName(part) else { return nil }
      names.append(name)
    }
    self.init(names)
  }

  /// The names with `/` between them.
  ///
  /// Complexity: O(bytes).
  public var bytes: [UInt8] {
    [UInt8](names.map(\.bytes).joined(separator: [UInt8(ascii: "/")]))
  }

  /// True for the vault's folder itself.
  public var isRoot: Bool { names.isEmpty }

  /// How many names lead here.
  public var depth: Int { names.count }

  /// The last name; nothing for the root.
  public var name: FileName? { names.last }

  /// The folder that holds this; nothing for the root.
  public var parent: FolderPath? { isRoot ? nil : FolderPath(Array(names.dropLast())) }

  /// The path of something in this folder.
  public func appending(_ name: FileName) -> FolderPath { FolderPath(names + [name]) }

  /// True when this lies in that folder, however deep, or is it.
  public func isWithin(_ folder: FolderPath) -> Bool { names.starts(with: folder.names) }

  /// The path for a terminal or a log; `.` for the root.
  public var escapedForTerminal: String {
    isRoot ? "." : names.map(\.escapedForTerminal).joined(separator: "/")
  }
}

extension FolderPath: Comparable {
  /// Name by name in byte order, so that a folder comes right before what it holds.
  public static func < (left: FolderPath, right: FolderPath) -> Bool {
    left.names.lexicographicallyPrecedes(right.names)
  }
}

extension FolderPath: CustomStringConvertible {
  /// The path, escaped.
  public var description: String { escapedForTerminal }
}
