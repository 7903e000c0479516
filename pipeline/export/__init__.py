"""The way out: a set of the review's records as RIS, BibTeX or CSV, with decisions, reasons and ids."""
