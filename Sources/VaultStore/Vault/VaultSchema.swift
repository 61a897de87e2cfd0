/// The tables of a vault's database on a device: docs/spec/local-store.md.
enum VaultSchema {
  static let schema = DatabaseSchema(applicationID: 0x4668_5631, migrations: [version1])

  /// Columns called `sealed` hold what could tell content; the caller seals them before.
  private static let version1 = """
    CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;

    CREATE TABLE feeds (
      feed INTEGER PRIMARY KEY,
      scope BLOB NOT NULL CHECK (length(scope) = 16),
      device BLOB NOT NULL CHECK (length(device) = 32),
      first INTEGER NOT NULL,
      count INTEGER NOT NULL,
      chain BLOB NOT NULL CHECK (length(chain) = 32),
      UNIQUE (scope, device)
    ) STRICT;
    CREATE TABLE entries (
      feed INTEGER NOT NULL REFERENCES feeds (feed) ON DELETE CASCADE,
      sequence INTEGER NOT NULL,
      state INTEGER NOT NULL,
      chain BLOB NOT NULL CHECK (length(chain) = 32),
      bytes BLOB NOT NULL,
      UNIQUE (feed, sequence)
    ) STRICT;
    CREATE INDEX entries_not_merged ON entries (state, feed, sequence) WHERE state <> 1;

    CREATE TABLE heads (
      device BLOB PRIMARY KEY CHECK (length(device) = 32),
      sequence INTEGER NOT NULL,
      cid BLOB NOT NULL,
      envelope BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE policy (
      position INTEGER PRIMARY KEY AUTOINCREMENT,
      cid BLOB NOT NULL UNIQUE,
      bytes BLOB NOT NULL
    ) STRICT;

    CREATE TABLE checkpoints (
      scope BLOB PRIMARY KEY CHECK (length(scope) = 16),
      vector BLOB NOT NULL,
      length INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE checkpoint_pieces (
      scope BLOB NOT NULL,
      position INTEGER NOT NULL,
      sealed BLOB NOT NULL,
      UNIQUE (scope, position)
    ) STRICT;

    CREATE TABLE packs (
      pack INTEGER PRIMARY KEY,
      name BLOB UNIQUE CHECK (length(name) = 32),
      scope BLOB NOT NULL CHECK (length(scope) = 16),
      length INTEGER NOT NULL,
      k INTEGER NOT NULL,
      n INTEGER NOT NULL,
      state INTEGER NOT NULL,
      is_local INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX packs_by_state ON packs (state);
    CREATE TABLE chunks (
      token BLOB PRIMARY KEY CHECK (length(token) = 16),
      pack INTEGER NOT NULL,
      offset INTEGER NOT NULL,
      length INTEGER NOT NULL,
      method INTEGER NOT NULL,
      plain_length INTEGER NOT NULL,
      epoch INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX chunks_by_pack ON chunks (pack);

    CREATE TABLE nodes (
      node INTEGER PRIMARY KEY,
      did BLOB NOT NULL UNIQUE CHECK (length(did) = 32),
      name TEXT NOT NULL,
      url TEXT NOT NULL,
      record BLOB NOT NULL,
      state INTEGER NOT NULL,
      policy_acknowledged INTEGER NOT NULL DEFAULT 0,
      facts BLOB NOT NULL
    ) STRICT;
    CREATE TABLE node_feeds (
      node INTEGER NOT NULL REFERENCES nodes (node) ON DELETE CASCADE,
      feed INTEGER NOT NULL REFERENCES feeds (feed) ON DELETE CASCADE,
      acknowledged INTEGER NOT NULL,
      PRIMARY KEY (node, feed)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE node_heads (
      node INTEGER NOT NULL REFERENCES nodes (node) ON DELETE CASCADE,
      device BLOB NOT NULL CHECK (length(device) = 32),
      sequence INTEGER NOT NULL,
      cid BLOB NOT NULL,
      PRIMARY KEY (node, device)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE policy_receipts (
      node INTEGER NOT NULL REFERENCES nodes (node) ON DELETE CASCADE,
      cid BLOB NOT NULL,
      receipt BLOB NOT NULL,
      PRIMARY KEY (node, cid)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE shards (
      pack INTEGER NOT NULL REFERENCES packs (pack) ON DELETE CASCADE,
      position INTEGER NOT NULL,
      name BLOB NOT NULL CHECK (length(name) = 32),
      node INTEGER REFERENCES nodes (node) ON DELETE SET NULL,
      state INTEGER NOT NULL,
      receipt BLOB,
      PRIMARY KEY (pack, position)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX shards_by_node ON shards (node, state);
    CREATE INDEX shards_by_name ON shards (name);

    CREATE TABLE items (
      space INTEGER NOT NULL,
      token BLOB NOT NULL CHECK (length(token) = 16),
      sealed BLOB NOT NULL,
      PRIMARY KEY (space, token)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE events (
      event INTEGER PRIMARY KEY AUTOINCREMENT,
      time INTEGER NOT NULL,
      kind TEXT NOT NULL,
      sealed BLOB NOT NULL
    ) STRICT;
    CREATE TABLE problems (
      kind TEXT NOT NULL,
      subject BLOB NOT NULL,
      first INTEGER NOT NULL,
      last INTEGER NOT NULL,
      count INTEGER NOT NULL,
      sealed BLOB NOT NULL,
      PRIMARY KEY (kind, subject)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    """
}
