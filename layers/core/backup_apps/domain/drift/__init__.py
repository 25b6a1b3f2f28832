"""Drift: where live state is no longer what was approved and synced, and in which direction it went."""
