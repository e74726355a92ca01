"""Assembly: a section of a study, and the table it stands on, as one planning problem.

Everything that is wrong with a section is found in one go and raised together; every default that is taken
is told once among the problem's assumptions.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from autarky.declared import ALL
from autarky.errors import Problem, ScenarioError, did_you_mean
from autarky.planning.posing.from_table import TableBase
from autarky.planning.posing.reading import Reader
from autarky.planning.posing.section import PlanSection, TechniqueSet
from autarky.planning.posing.technology import NEEDS_TABLE, Technology, read_technology, years_of
from autarky.planning.posing.trading import read_foreign_exchange, read_import_budget, read_trade
from autarky.planning.posing.wanting import Wanted, read_households, read_public_demand
from autarky.planning.problem import AFTER, Labour, Matrix, PlanningProblem, Stocks, Vector

_JOINED = ("carve", "quantities", "products", "techniques", "deposits")


def with_sets(section: PlanSection, sets: Mapping[str, TechniqueSet]) -> PlanSection:
    """The section with what its sets declare behind its own; its own stands over theirs by the same name.

    Raises
    ------
    ScenarioError
        If a set that it includes is not there.
    """
    included = tuple(sets) if section.include == ALL else section.include
    missing = [
        Problem(f"plan.include[{k}]", f"unknown set of techniques {name!r}", did_you_mean(name, tuple(sets)))
        for k, name in enumerate(included)
        if name not in sets
    ]
    if missing:
        raise ScenarioError(missing)
    joined = {}
    for field in _JOINED:
        entries = list(getattr(section, field))
        names = {entry.name for entry in entries}
        for one in included:
            entries += [entry for entry in getattr(sets[one], field) if entry.name not in names]
            names.update(entry.name for entry in entries)
        joined[field] = tuple(entries)
    return section.model_copy(update=joined)


def plan_problem(
    section: PlanSection,
    base: TableBase | None,
    *,
    title: str,
    sets: Mapping[str, TechniqueSet] | None = None,
) -> PlanningProblem:
    """The planning problem that a section declares, on a table or without one.

    ``base`` is the table as seen with the sets that the section includes, that is by ``with_sets``. With
    ``sets`` given they are joined here too, and what is wrong with them is told as theirs.

    Raises
    ------
    ScenarioError
        Everything that is wrong with the section, at its place: unknown names, numbers out of range or of
        the wrong length, units that do not convert, techniques that use up what they make, contracts above
        their ceiling, targets that are about nothing.
    """
    joined = section if sets is None else with_sets(section, sets)
    reader = Reader(section.periods.labels)
    problem = _assembled(joined, base, title, reader)
    if reader.problems:
        raise ScenarioError([_at_its_place(found, section, joined) for found in reader.problems])
    for one in (sets or {}).values():
        reader.sources |= dict.fromkeys(one.sources.values())
        reader.assumptions |= dict.fromkeys(one.gaps)
    return replace(
        problem,
        sources=(*(base.sources if base is not None else ()), *reader.sources),
        assumptions=(*(base.assumptions if base is not None else ()), *reader.assumptions),
    )


def _assembled(section: PlanSection, base: TableBase | None, title: str, reader: Reader) -> PlanningProblem:
    _check_periods(section, reader)
    if base is None:
        for name in ("home", "substitutions"):
            if getattr(section, name):
                reader.refuse(f"plan.{name}", *NEEDS_TABLE)
    reader.once("plan.deposits[{}].name", "deposit", (deposit.name for deposit in section.deposits))
    technology = read_technology(section, base, reader)
    imports = read_trade(section, "imports", base, technology, reader)
    exports = read_trade(section, "exports", base, technology, reader)
    households = read_households(section, base, technology, reader)
    demand = read_public_demand(section, base, technology, reader)
    labour = _labour(section, base, technology, reader)
    stocks = _stocks(section, technology, reader)
    wanted = Wanted(section, base, technology, imports, labour, stocks, households, demand, reader)
    targets = tuple(wanted.targets())
    budget = read_import_budget(section, imports, technology, base, reader)
    if budget is not None:
        kept = 0 if stocks is None else len(stocks.products)
        targets = (*targets, replace(budget, stocks=np.zeros((len(reader.periods), kept))))
    if section.least == "labour" and labour is None:
        reader.refuse("plan.least", "labour is not counted", "give labour, or keep something else small")
    moves = technology.techniques or imports.trade.channels or stocks is not None or households.groups
    if not reader.problems and not (technology.products and moves):
        what = "makes nothing, and nothing comes in" if technology.products else "has no products"
        remedy = "declare products and techniques, or name a table: economy: {embedded: …}"
        reader.refuse("plan", what, remedy)
    return PlanningProblem(
        title,
        reader.periods,
        years_of(section),
        technology.products,
        technology.product_units,
        technology.techniques,
        technology.technique_units,
        technology.make,
        technology.use,
        technology.yields,
        technology.capacity,
        technology.arriving,
        technology.retirement,
        technology.lag,
        technology.most_starts,
        technology.start_growth,
        technology.builds_with,
        imports.trade,
        exports.trade,
        households,
        demand,
        read_foreign_exchange(section, base, reader),
        labour,
        stocks,
        wanted.siege(),
        tuple(deposit.name for deposit in section.deposits),
        _deposits(section, reader),
        technology.draws,
        tuple(deposit.unit for deposit in section.deposits),
        targets,
        wanted.must_hold(targets),
        section.after.stationary,
        section.after.years,
        section.discount,
        section.least,
        technology.quantities,
        technology.coefficients,
        technology.names,
    )


def _check_periods(section: PlanSection, reader: Reader) -> None:
    labels, years = section.periods.labels, section.periods.years
    reader.once("plan.periods.labels[{}]", "period", labels)
    if years and len(years) != len(labels):
        what = f"has {len(years)} lengths for {len(labels)} periods"
        reader.refuse("plan.periods.years", what, "give one for each, or leave them out: one year each")
    if AFTER in labels:
        what = f"{AFTER!r} is the year after the plan"
        reader.refuse(f"plan.periods.labels[{labels.index(AFTER)}]", what, "give the period another name")


def _labour(
    section: PlanSection, base: TableBase | None, technology: Technology, reader: Reader
) -> Labour | None:
    rule = section.labour
    if rule is None:
        return None
    skills = tuple(skill.name for skill in rule.skills)
    reader.once("plan.labour.skills[{}].name", "skill", skills)
    hours = []
    for s, skill in enumerate(rule.skills):
        place = f"plan.labour.skills[{s}]"
        there = reader.by_period(f"{place}.hours", skill.hours)
        withheld = reader.by_period(f"{place}.withheld", skill.withheld, before=0.0, most=1.0)
        hours.append(there * (1.0 - withheld))
        reader.cite(f"hours of {skill.name}", skill.source)
        if skill.of_industries is not None and base is None:
            reader.refuse(f"{place}.of_industries", *NEEDS_TABLE)
    training, most = [], []
    for k, one in enumerate(rule.training):
        place = f"plan.labour.training[{k}]"
        known = [
            reader.knows(f"{place}.{field}", "skill", name, skills)
            for field, name in (("from_skill", one.from_skill), ("to_skill", one.to_skill))
        ]
        most.append(reader.by_period(f"{place}.most", one.most, before=0.0))
        if all(known):
            training.append((one.from_skill, one.to_skill, one.years))
    stand_ins = []
    for k, given in enumerate(rule.standing_in):
        place = f"plan.labour.standing_in[{k}]"
        known = [
            reader.knows(f"{place}.{field}", "skill", name, skills)
            for field, name in (("skill", given.skill), ("for_skill", given.for_skill))
        ]
        if all(known):
            stand_ins.append((given.skill, given.for_skill, given.worth))
    return Labour(
        skills,
        np.stack(hours, axis=1),
        technology.hours,
        technology.building_hours,
        np.array([skill.overtime for skill in rule.skills]),
        rule.unit,
        tuple(training),
        _columns(most, len(reader.periods)),
        tuple(stand_ins),
    )


def _stocks(section: PlanSection, technology: Technology, reader: Reader) -> Stocks | None:
    products, initial, spoilage = list[int](), list[float](), list[float]()
    most, least = list[Vector](), list[Vector]()
    for k, stock in enumerate(section.stocks):
        place = f"plan.stocks[{k}]"
        if not reader.knows(f"{place}.product", "product", stock.product, technology.items):
            continue
        item = technology.items[stock.product]
        if item.product in products:
            what = f"{technology.products[item.product]} is there already"
            reader.refuse(f"{place}.product", what, "give each product once")
        factor = reader.factor(f"{place}.unit", stock.unit or item.unit, stock.product, item.unit)
        room = reader.by_period(f"{place}.most", stock.most, before=0.0)
        floor = reader.by_period(f"{place}.least", stock.least, before=0.0)
        if (over := floor > room * (1 + 1e-9)).any():
            t = int(np.argmax(over))
            what = f"is {floor[t]:g} in {reader.periods[t]}, and there is room for {room[t]:g}"
            reader.refuse(f"{place}.least", what, "lower the minimum or make room")
        products.append(item.product)
        initial.append(stock.initial * factor * item.factor)
        spoilage.append(stock.spoilage)
        most.append(room * factor * item.factor)
        least.append(floor * factor * item.factor)
        reader.cite(f"stock of {stock.product}", stock.source)
    if not products:
        return None
    p = len(reader.periods)
    return Stocks(
        np.array(products, np.int64),
        np.array(initial),
        _columns(most, p),
        np.array(spoilage),
        _columns(least, p),
    )


def _deposits(section: PlanSection, reader: Reader) -> Vector:
    amounts = []
    for k, deposit in enumerate(section.deposits):
        number = reader.amount(f"plan.deposits[{k}].amount", deposit.amount, deposit.name, deposit.unit)
        reader.cite(deposit.name, number.source or deposit.source)
        amounts.append(number.converted)
    return np.array(amounts, np.float64)


def _columns(vectors: list[Vector], rows: int) -> Matrix:
    return np.stack(vectors, axis=1) if vectors else np.zeros((rows, 0))


def _at_its_place(found: Problem, section: PlanSection, joined: PlanSection) -> Problem:
    """What is wrong with an entry of a set is wrong at ``include``: the study has no other place for it."""
    match = re.match(r"plan\.(\w+)\[(\d+)\](.*)", found.place)
    if match is None or match[1] not in _JOINED or int(match[2]) < len(getattr(section, match[1])):
        return found
    name = getattr(joined, match[1])[int(match[2])].name
    return Problem("plan.include", f"{match[1]}, {name}{match[3]}: {found.what}", found.remedy)
