"""A systematic literature review pipeline: exports in, PRISMA 2020 flow, decisions and tables out."""

__version__ = "0.1.0"
