"""What the included studies say: disciplines, coding, tables."""
