"""What people decided: words, ledgers, the sheets they fill, and what follows for a record."""
