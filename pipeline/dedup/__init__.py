"""Deciding which entries are the same work: block, compare, decide, cluster, merge."""
