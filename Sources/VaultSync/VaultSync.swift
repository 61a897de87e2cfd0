enum VaultSyncDraft {}
