import VaultCRDT
import VaultFolder

extension Vault {
  /// An object's path, safe to show.
  func shown(_ object: ObjectID) -> String {
    let names = tree.path(of: object) ?? [tree.wantedName(of: object) ?? []]
    return FolderPath(names.compactMap { FileName($0) }).escapedForTerminal
  }
}
