"""How far disciplines draw on one another: measures over citing papers, their references and their words.

Pure functions over a frozen `Corpus`. Formulas, their sources and worked answers: docs/methods.md.
"""
