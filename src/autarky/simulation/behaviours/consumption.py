"""Consumption: households want what income, today's and expected, lets them want."""

from __future__ import annotations

import numpy as np

from autarky.economy import FinalUseKind
from autarky.errors import Problem
from autarky.results import Reason, variable
from autarky.simulation.behaviours.acting import Booleans, Floats, Setting, Told

_LEAST = 1e-12
"""Income and wants relative to the base year, of which there is a logarithm."""


def begin(setting: Setting) -> Spending | None:
    """Ready for the first day, if households spend out of what they earn."""
    behaviour = setting.scenarios[0].behaviour
    if behaviour.consumption is None:
        return None
    if behaviour.households is not None:
        what = "is switched on beside behaviour.households, which says itself what households want"
        setting.problems.append(Problem("behaviour.consumption", what, "switch one of the two off"))
    return Spending(setting)


class Spending:
    """log c by region, relative to the base year (``scenario.Consumption``), and what it makes them want."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        network, economy, n = setting.network, setting.network.economy, setting.rules.first_final
        self.regions = economy.industries.regions
        value_added = np.maximum(economy.value_added.sum(axis=0), 0.0)
        self.earns = np.array(
            [
                value_added * [region == home for region, _ in economy.industries.pairs]
                for home in self.regions
            ]
        )
        self.earns /= np.maximum(self.earns.sum(axis=1, keepdims=True), _LEAST)
        """(regions, n) share of a region's labour income that comes from an industry."""
        columns = network.users[n:] - n
        self.of_region = [
            [
                f
                for f, column in enumerate(columns)
                if economy.final_users[column].region == home
                and economy.final_users[column].kind is FinalUseKind.HOUSEHOLDS
            ]
            for home in self.regions
        ]
        use = np.maximum(network.tables.base_use[:, n:], 0.0)
        self.wants = [use[:, users] / max(use[:, users].sum(), _LEAST) for users in self.of_region]
        """(P, users) of each region: share of base-year spending."""
        self.replaced, self.pessimists, self.saved, persistence = (
            setting.declared("consumption", name)
            for name in ("replaced", "pessimists", "saved", "persistence")
        )
        self.keeps = 1.0 - (1.0 - persistence) / 90.0
        lanes = self.keeps.shape
        self.log_spending = np.zeros((len(self.regions), *lanes))
        self.spending = np.ones((setting.days, len(self.regions), *lanes)) if setting.records else None
        self.income = np.ones((len(self.regions), *lanes))

    def morning(self, day: int) -> Booleans:
        """Wants for the orders of this evening, from what yesterday earned."""
        state = self.setting.state
        before = state.appetite.copy()
        for r, users in enumerate(self.of_region):
            factor = np.divide(
                state.demand_factor[:, :, users],
                state.appetite[:, :, users],
                out=np.ones_like(state.appetite[:, :, users]),
                where=state.appetite[:, :, users] > 0.0,
            )
            wanted = np.einsum("pf,pbfw->bw", self.wants[r], factor)
            earned = 1.0 - (1.0 - self.replaced) * (1.0 - self.income[r])
            expected = 1.0 - self.pessimists * (1.0 - earned)
            goal = 0.5 * _log(earned) + 0.5 * _log(expected) + _log(1.0 - self.saved * (1.0 - wanted))
            self.log_spending[r] = self.keeps * self.log_spending[r] + (1.0 - self.keeps) * goal
            # Exactly 1 in the base year: exp(0) is.
            level = np.exp(self.log_spending[r]) / np.maximum(wanted, _LEAST)
            state.appetite[:, :, users] = level[:, None]
            if self.spending is not None:
                unwanted = self.setting.unwanted.setdefault(Reason.SPENDING, np.zeros_like(state.appetite))
                unwanted[:, :, users] = (1.0 - level)[:, None]
                self.spending[day, r] = np.exp(self.log_spending[r])
        return np.asarray((state.appetite != before).any(axis=(0, 2, 3)))

    def evening(self, day: int) -> None:
        """Labour income of the day: of those who are kept on where hands are counted, else as output goes."""
        state, base = self.setting.state, self.setting.network.tables.base_output
        n = self.earns.shape[1]
        made = _share(state.output[:, :n], base[:n])
        kept_on = _share(state.hands[:, :n], base[:n])
        share = np.minimum(np.where(np.isfinite(state.hands[:, :n]), kept_on, made), 1.0)
        self.income = np.einsum("ri,biw->rbw", self.earns, share)

    def told(self, k: int, done: int) -> Told:
        """What households spent, relative to the base year."""
        if self.spending is None:
            return Told({})
        width = self.spending.shape[-1]
        values = self.spending[:done, :, k // width, k % width]
        return Told(
            {
                "household_spending_share": variable(
                    values,
                    ("day", "home_region"),
                    "1",
                    "What households want to spend in all, relative to the base year",
                )
            },
            {"home_region": list(self.regions)},
        )


def _log(share: Floats) -> Floats:
    return np.log(np.maximum(share, _LEAST))


def _share(values: Floats, base: Floats) -> Floats:
    whole = base[None, :, None]
    share: Floats = np.divide(values, whole, out=np.ones_like(values), where=whole > 0.0)
    return share
