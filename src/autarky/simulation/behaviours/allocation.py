"""Allocation: which rules hold on a day, how far, and how efficient they are.

A change of institutions comes in with weight φ: a share φ of what there is goes by the new rules, 1 − φ by
those before it. With several changes the last one declared stands on top: the weight of change k is
φ_k·Π_{l>k} (1 − φ_l), and that of the rules of the behaviour Π (1 − φ_l).
"""

from __future__ import annotations

import numpy as np

from autarky.results import Reason
from autarky.simulation.behaviours.acting import Acting, Booleans, Setting, Told
from autarky.simulation.channels import shared_up_to, shares_and_gains, weights_by_day


def begin(setting: Setting) -> Acting | None:
    """Let the first day's rules hold; None where they hold on all days."""
    for params in setting.each:
        for institution in params.institutions:
            setting.problems += institution.problems(setting.network.economy.products)
    rules = _Rules(setting)
    rules.morning(0)
    return rules if rules.changes else None


class _Rules:
    """The rules that hold, by day."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        network, scenarios = setting.network, setting.scenarios
        products = network.economy.products
        each = [shares_and_gains(params.institutions, network.channels, products) for params in setting.each]
        self.shares = np.stack([shares for shares, _ in each], axis=-1)
        """(C, products, lanes)"""
        self.gains = np.stack([gains for _, gains in each], axis=-1)
        weights = np.stack([weights_by_day(scenario) for scenario in scenarios], axis=-1)
        self.weights = weights[list(network.channels.institution)]
        """(C, days + 1, lanes)"""
        self.changes = bool((np.diff(self.weights, axis=1) != 0.0).any())
        makes = network.supplier_products[: len(network.economy.industries)]
        self.product = np.array([products.index(product) for product in makes])

    def morning(self, day: int) -> Booleans:
        """Weigh each channel by how far its institution holds today."""
        state, network = self.setting.state, self.setting.network
        packs = state.output.shape[0]
        if day > 0 and np.array_equal(self.weights[:, day], self.weights[:, day - 1]):
            return np.zeros(packs, dtype=np.bool_)
        now = self.weights[:, day, None]
        upto = shared_up_to(now, self.shares)[:, network.slot_product]
        before = state.upto.copy()
        state.upto[:] = upto.reshape(state.upto.shape)
        moved = (state.upto != before).any(axis=(0, 1, 3))
        if self.gains.any():
            factor = np.ones(self.setting.rules.normal_capacity.shape)
            made = factor[: len(self.product)]
            made += (now * self.gains).sum(axis=0)[self.product].reshape(made.shape)
            moved |= self.setting.scale_capacity(Reason.EFFICIENCY, factor)
        return np.asarray(moved)

    def evening(self, day: int) -> None:
        """Nothing to note: what was handed out is on record."""

    def told(self, k: int, done: int) -> Told:
        """Nothing: deliveries tell."""
        return Told({})
