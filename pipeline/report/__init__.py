"""Counts, flow diagram, tables and the page people read."""
