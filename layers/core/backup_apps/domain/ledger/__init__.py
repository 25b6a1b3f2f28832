"""The ledger: everything that happens to a bundle, one hash chain a bundle, sealed with signed checkpoints."""
