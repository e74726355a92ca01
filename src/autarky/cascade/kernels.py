"""Arrays in, arrays out: the compiled loops."""

HEADER = 4
"""Numbers in a node's block before its slots."""
