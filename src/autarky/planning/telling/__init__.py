"""Telling: a plan as steps, balances and livelihoods, with amounts in the units that people use."""
