enum VaultEnvironmentDraft {}
