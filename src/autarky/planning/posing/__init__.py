"""Posing: a planning problem made of what a study declares, what sets of techniques hold, and a table."""
