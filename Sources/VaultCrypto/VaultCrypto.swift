enum VaultCryptoDraft {}
