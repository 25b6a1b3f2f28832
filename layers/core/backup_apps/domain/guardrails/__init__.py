"""Guardrails: bounds that descendants can only make stricter."""
