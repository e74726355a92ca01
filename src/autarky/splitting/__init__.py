"""Splitting: a table into firms that add up to it, drawn many times and never once."""
