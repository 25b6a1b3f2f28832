"""Staged syncs: canary targets first, the rest once they are well, and each only within its windows."""
