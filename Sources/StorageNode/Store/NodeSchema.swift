import VaultStore

/// The tables of `node.sqlite` (docs/spec/node.md section 3).
enum NodeSchema {
  /// "FhNd": says whose file it is.
  static let applicationID: Int32 = 0x4668_4E64

  static let schema = DatabaseSchema(
    applicationID: applicationID, migrations: [version1, version2, version3])

  /// Heads by scope: until now every device had feeds in one scope only.
  private static let version3 = """
    CREATE TABLE heads_by_scope (
      tenant INTEGER NOT NULL REFERENCES tenants,
      scope BLOB NOT NULL,
      device BLOB NOT NULL,
      is_evidence INTEGER NOT NULL,
      sequence INTEGER NOT NULL,
      cid BLOB NOT NULL,
      bytes BLOB NOT NULL,
      UNIQUE (tenant, scope, device, is_evidence)
    ) STRICT;
    INSERT INTO heads_by_scope
      SELECT h.tenant, f.scope, h.device, h.is_evidence, h.sequence, h.cid, h.bytes
      FROM heads AS h JOIN feeds AS f ON f.tenant = h.tenant AND f.device = h.device;
    DROP TABLE heads;
    ALTER TABLE heads_by_scope RENAME TO heads;
    """

  /// Checkpoints, and which shards are pieces of them.
  private static let version2 = """
    CREATE TABLE checkpoints (
      id INTEGER PRIMARY KEY,
      tenant INTEGER NOT NULL REFERENCES tenants,
      scope BLOB NOT NULL,
      cid BLOB NOT NULL,
      coverage INTEGER NOT NULL,
      bytes BLOB NOT NULL,
      UNIQUE (tenant, cid)
    ) STRICT;
    ALTER TABLE shards ADD COLUMN is_piece INTEGER NOT NULL DEFAULT 0;
    """

  private static let version1 = """
    CREATE TABLE invitations (
      token BLOB PRIMARY KEY,
      quota INTEGER NOT NULL,
      made_at INTEGER NOT NULL,
      redeemed_by BLOB
    ) WITHOUT ROWID, STRICT;

    CREATE TABLE tenants (
      id INTEGER PRIMARY KEY,
      vault BLOB NOT NULL UNIQUE,
      quota INTEGER NOT NULL,
      used INTEGER NOT NULL,
      genesis BLOB NOT NULL,
      invitation BLOB NOT NULL,
      enrolled_at INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE policy (
      id INTEGER PRIMARY KEY,
      tenant INTEGER NOT NULL REFERENCES tenants,
      cid BLOB NOT NULL,
      bytes BLOB NOT NULL,
      UNIQUE (tenant, cid)
    ) STRICT;

    CREATE TABLE feeds (
      id INTEGER PRIMARY KEY,
      tenant INTEGER NOT NULL REFERENCES tenants,
      scope BLOB NOT NULL,
      device BLOB NOT NULL,
      count INTEGER NOT NULL,
      chain BLOB NOT NULL,
      UNIQUE (tenant, scope, device)
    ) STRICT;

    CREATE TABLE entries (
      feed INTEGER NOT NULL REFERENCES feeds,
      sequence INTEGER NOT NULL,
      is_signed INTEGER NOT NULL,
      bytes BLOB NOT NULL,
      UNIQUE (feed, sequence)
    ) STRICT;

    CREATE TABLE heads (
      tenant INTEGER NOT NULL REFERENCES tenants,
      device BLOB NOT NULL,
      is_evidence INTEGER NOT NULL,
      sequence INTEGER NOT NULL,
      cid BLOB NOT NULL,
      bytes BLOB NOT NULL,
      UNIQUE (tenant, device, is_evidence)
    ) STRICT;

    CREATE TABLE shards (
      tenant INTEGER NOT NULL REFERENCES tenants,
      name BLOB NOT NULL,
      size INTEGER NOT NULL,
      stored_at INTEGER NOT NULL,
      PRIMARY KEY (tenant, name)
    ) WITHOUT ROWID, STRICT;

    CREATE TABLE replays (
      cid BLOB PRIMARY KEY,
      until INTEGER NOT NULL
    ) WITHOUT ROWID, STRICT;
    CREATE INDEX replays_until ON replays (until);
    """
}
