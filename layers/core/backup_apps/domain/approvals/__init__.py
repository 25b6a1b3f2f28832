"""Approvals: what waits for a person, who may decide, and what a decision is bound to."""
