"""Small pure steps that bring text, names and numbers into a comparable form."""
