enum VaultPackingDraft {}
