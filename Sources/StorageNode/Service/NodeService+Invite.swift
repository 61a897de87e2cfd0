import VaultCrypto
import VaultEnvironment
public import VaultSync

extension NodeService {
  /// A new invitation by a running node.
  ///
  /// Its token is kept nowhere: only its hash is.
  public func invite(quotaBytes: Int64) throws -> Invitation {
    var generator = environment.makeGenerator()
    let token = generator.nextBytes(16)
    try store.addInvitation(
      tokenHash: Hash.sha256(token), quotaBytes: quotaBytes, at: environment.clock.now())
    let record = withState { $0.record }
    return Invitation(record: record, token: token, quotaBytes: Int(quotaBytes))
  }
}
