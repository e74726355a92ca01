"""Pricing: what scarce things are worth in a plan, why it does what it does, and what delay costs."""
