"""Firm networks: who supplies whom, firm by firm, and how that agrees with an input-output table."""

from autarky.firm_network.network import FirmNetwork, Level, Nodes, links_in_order

__all__ = ["FirmNetwork", "Level", "Nodes", "links_in_order"]
