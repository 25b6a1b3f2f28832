"""Where a commit comes from: who signed it, whether the deployment trusts them, and what they may change."""
