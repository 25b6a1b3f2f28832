"""Whether a restore is what was backed up: what to restore, what to compare, and what the answers are worth."""
