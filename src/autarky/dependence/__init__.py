"""Dependence: what an economy needs from abroad, by the names and formulas of the literature."""
