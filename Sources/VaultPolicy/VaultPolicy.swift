enum VaultPolicyDraft {}
