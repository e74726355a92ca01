"""The slow twin of labour time: one person at a time, one use at a time, straight from docs/labour.md.

It shares nothing with ``simulation/behaviours/labour.py`` but the declaration.
"""

from __future__ import annotations

import datetime
from typing import Any

from autarky.declared import ALL
from autarky.scenario import HoursWithheld
from reference.day import YEAR, Twin

GIVE = ("work", "garden", "market", "rest")


class TwinLabour:
    """Hours of every group, day by day; what happened is kept in lists by day."""

    def __init__(self, twin: Twin) -> None:
        self.twin = twin
        labour = twin.scenario.behaviour.labour
        assert labour is not None
        self.groups, self.hiring = labour.groups, labour.hiring
        self.staff = dict.fromkeys(twin.industries, 1.0)
        self.days: list[dict[str, Any]] = []
        self.shares = {group: self._works(group) for group in self.groups}

    def _named(self, name: str, names: Any) -> bool:
        return self.twin._in(name, names)

    def _base_week(self, group: str) -> dict[str, float]:
        spent = self.groups[group].hours_a_week
        hours = {"work": spent.work, "garden": spent.garden, "market": spent.market}
        return hours | {"rest": 168.0 - sum(hours.values()) - spent.sessions}

    def _works(self, group: str) -> dict[Any, float]:
        """Share of a group's work hours by industry."""
        one, economy = self.groups[group], self.twin.economy
        given = one.sectors if isinstance(one.sectors, dict) else {None: 1.0}
        shares = dict.fromkeys(self.twin.industries, 0.0)
        if one.hours_a_week.work == 0:
            return shares
        for name, share in given.items():
            chosen = {
                i: max(0.0, float(economy.value_added[:, position].sum()))
                for position, i in enumerate(self.twin.industries)
                if self._named(i[1], one.regions)
                and self._named(i[2], one.sectors if name is None else (name,))
                and self.twin.base[i] > 0
            }
            if sum(chosen.values()) == 0:
                chosen = {i: self.twin.base[i] for i in chosen}
            for i, size in chosen.items():
                shares[i] += share * size / sum(chosen.values())
        return shares

    def week(self, group: str, day: int) -> dict[str, float]:
        """Hours of an average person by what they go to."""
        base = self._base_week(group)
        date = self.twin.scenario.start + datetime.timedelta(days=day)
        asked = dict.fromkeys(GIVE, 0.0)
        goes_to = {"sessions": 0.0, "mobilisation": 0.0, "lockdown": 0.0}
        for shock in self.twin.scenario.shocks:
            if not isinstance(shock, HoursWithheld):
                continue
            if shock.groups != ALL and group not in shock.groups:
                continue
            if date < shock.start or (shock.until is not None and date > shock.until):
                continue
            taken, left = {}, shock.hours_a_week
            for use in ("work", "garden", "market"):
                taken[use] = min(base[use], shock.hours_a_week * getattr(shock.taken_from, use))
                left -= taken[use]
            taken["rest"] = min(base["rest"], left)
            for use, hours in taken.items():
                asked[use] += shock.people_share * hours
                goes_to[shock.purpose.value] += shock.people_share * hours
        given = {use: min(base[use], asked[use]) for use in ("work", "garden", "market")}
        lacking = sum(asked[use] - given[use] for use in given)
        given["rest"] = min(base["rest"], asked["rest"] + lacking)
        wanted = sum(goes_to.values())
        hours = {use: base[use] - given[use] for use in GIVE}
        for purpose, part in goes_to.items():
            hours[purpose] = part * sum(given.values()) / wanted if wanted > 0 else 0.0
        hours["sessions"] += self.groups[group].hours_a_week.sessions
        return hours

    def morning(self, day: int) -> None:
        self.now = {group: self.week(group, day) for group in self.groups}
        self.present: dict[Any, float] = {}
        for i in self.twin.industries:
            hours = {
                g: one.people * one.hours_a_week.work * self.shares[g][i] for g, one in self.groups.items()
            }
            total = sum(hours.values())
            if total == 0:
                continue
            able = self.present[i] = 0.0
            for g, base in hours.items():
                one = self.groups[g]
                kept = self.now[g]["work"] / one.hours_a_week.work if one.hours_a_week.work > 0 else 1.0
                self.present[i] += base / total * kept
                able += base / total * kept / (1.0 - one.slack)
            self.twin.hands[i] = self.twin.base[i] * able * self.staff[i]

    def garden(self, group: str) -> float:
        """Food of the day, flow per day."""
        one = self.groups[group]
        if one.plot is None:
            return 0.0
        ratio = self.now[group]["garden"] / one.hours_a_week.garden
        return float(sum(one.plot.food.values()) / YEAR * ratio**one.plot.elasticity)

    def evening(self, day: int, happened: dict[str, Any]) -> None:
        people = {
            i: sum(one.people * self.shares[g][i] for g, one in self.groups.items())
            for i in self.twin.industries
        }
        there = {
            i: sum(one.people * self.shares[g][i] * self.now[g]["work"] / 7 for g, one in self.groups.items())
            for i in self.twin.industries
        }
        employed = {
            i: people[i] * happened["output"][i] / self.twin.base[i] if self.twin.base[i] > 0 else 0.0
            for i in people
        }
        if self.hiring is not None:
            for i in self.twin.industries:
                most = self.hiring.most * self.twin.surviving(i, day)
                here = min(self.staff[i], most)
                employed[i] = people[i] * here
                there[i] *= here
                need = min(happened["possible"][i], happened["demand"][i])
                need = need / self.twin.base[i] if self.twin.base[i] > 0 else 1.0
                present = self.present.get(i, 1.0)
                gap = (need / present if present > 0 else most) - here
                pace = self.hiring.hiring_days if gap >= 0 else self.hiring.firing_days
                self.staff[i] = min(most, max(0.0, here + gap / pace))
        self.days.append(
            {
                "hours": self.now,
                "employment": employed,
                "hours_at_work": there,
                "garden_food": {group: self.garden(group) for group in self.groups},
            }
        )
