enum VaultStoreDraft {}
