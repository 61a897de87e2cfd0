import VaultCRDT
import VaultCrypto
import VaultEncoding
import VaultSealing

/// Names the scopes that folders of a scope become (docs/spec/sharing.md section 3).
///
/// The name follows from the folder, so that devices which share it without having heard of each
/// other make one scope. Who has no key of the scope around learns nothing from it.
struct ScopeNames {
  private let key: SecretBytes

  /// Nil when this device has no key of the scope around.
  init?(_ keyring: Keyring, _ around: ScopeID) {
    guard let earliest = keyring.cuttingKey(around) else { return nil }
    key = KeyDerivation.expand(earliest.chunker, label: "vault/v1/scope")
  }

  /// The name of the scope that a folder becomes.
  func name(of folder: ObjectID) -> ScopeID {
    guard let name = ScopeID(Hash.hmac(folder.bytes, key: key).bytes.prefix(ScopeID.byteCount))
    else { preconditionFailure("a hash has 32 bytes") }
    return name
  }
}
