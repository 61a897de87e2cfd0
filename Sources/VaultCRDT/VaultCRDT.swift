enum VaultCRDTDraft {}
