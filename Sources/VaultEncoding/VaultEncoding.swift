enum VaultEncodingDraft {}
