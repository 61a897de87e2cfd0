import VaultEncoding
import VaultEnvironment

/// Where things lie in a node's data folder (docs/spec/node.md section 1).
struct NodeFiles: Sendable {
  let folder: DiskPath

  var configuration: DiskPath { folder.appending("node.toml") }
  var key: DiskPath { folder.appending("node.key") }
  var certificate: DiskPath { folder.appending("tls.cert") }
  var certificateKey: DiskPath { folder.appending("tls.key") }
  var record: DiskPath { folder.appending("node.record") }
  var lock: DiskPath { folder.appending("node.lock") }
  var database: DiskPath { folder.appending("node.sqlite") }
  var vaults: DiskPath { folder.appending("vaults") }

  /// The largest key, certificate or record that is read.
  static let smallBytesMax = 64 << 10
}
