enum VaultFolderDraft {}
