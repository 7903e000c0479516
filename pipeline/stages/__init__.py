"""The stages of a review: a table of pure functions, and the contract they keep."""
