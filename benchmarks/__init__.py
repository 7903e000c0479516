"""Benchmarks; each prints a table. They need the shared development data."""
