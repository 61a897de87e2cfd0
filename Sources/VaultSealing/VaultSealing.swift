enum VaultSealingDraft {}
