"""Ordering the records for the people who decide: features, classifier, bands."""
