"""Proofs: rendered repositories are built, started, tested, broken on purpose, and applied to an API server."""
