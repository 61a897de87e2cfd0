import VaultCRDT
import VaultCrypto
public import VaultEncoding

extension Vault {
  /// One hash over the whole tree: two devices that have merged the same entries have the same.
  ///
  /// Complexity: O(objects).
  public func treeDigest() -> Bytes32 { Hash.sha256(tree.encodeCheckpoint()) }
}
