enum StorageNodeDraft {}
