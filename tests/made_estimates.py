"""A small country that is known, and claims and a recipe as if it were not."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from autarky.economy import ImportTreatment
from autarky.estimation.donors import Donor
from autarky.estimation.recipe import Recipe
from autarky.evidence import Claim, Evidence, Source

SECTORS = ("farms", "mills", "power")
FINAL = ("households", "government", "investment", "inventories", "exports")

RECIPE = """
version: 1
title: Norland 2019
year: 2019
currency: KRW
unit: million KRW
valuation: basic prices
claims: claims.csv
donors:
  - {name: east, reason: a neighbour}
  - {name: west, reason: another one, weight: 2}
sectors: {farms: Farms, mills: Mills, power: Power}
final_users: {households: households, state: government, capital: investment}
partners:
  NEAR: {exports: exports_near}
  FAR: {exports: exports_far}
traded: [farms, mills]
imported:
  oil: {users: {power: 3, mills: 1}}
activities:
  assembly: {name: Assembly, inputs: {parts: 0.5, power: 0.1}, source: "assumption: half of it is parts"}
conversion: {figure: rate / KRW per USD, as_of: "2019"}
errors: {A: 0.05, B: 0.2}
cell_spread: 0.3
measures:
  - {figure: level / gdp, as_of: "2019", sum: {block: value_added}}
  - figure: share / farms
    as_of: "2019"
    sum: {block: value_added, products: farms}
    of: {block: value_added}
  - figure: share / power
    as_of: "2019"
    sum: {block: value_added, products: power}
    of: {block: value_added}
    bound: at_most
  - figure: use / households
    as_of: "2019"
    sum: {block: final_use, users: households}
    of: {block: value_added}
  - {figure: trade / imports, as_of: "2019", sum: {block: imports}}
  - {figure: trade / oil, as_of: "2019", sum: {block: imports, products: oil}, bound: at_least}
  - {figure: trade / exports, as_of: "2019", sum: {block: exports}}
  - {figure: trade / assembled, as_of: "2019", sum: {block: exports, products: assembly}}
draws: 6
seed: 1
""".replace("imported:\n  oil", "imported:\n  parts: {users: {assembly: 1}}\n  oil")


def claim(figure: str, value: float, unit: str, **more: object) -> Claim:
    """A claim of 2019 from the statistical office, graded A2 unless said otherwise."""
    given = {
        "id": f"{figure} {more.get('source', 'office')}".replace(" ", "-").replace("/", "-"),
        "as_of": "2019",
        "source": "office",
        "kind": "statistical_office",
        "reliability": "A",
        "credibility": 2,
    }
    return Claim.model_validate({"figure": figure, "value": value, "unit": unit, **given, **more})


def evidence(*others: Claim, without: str = "") -> Evidence:
    """What is known of Norland; further claims besides, or one figure left out."""
    claims = (
        claim("level / gdp", 1.0, "billion USD", low=0.95, high=1.05),
        claim("share / farms", 30, "pct of total"),
        claim("share / power", 20, "pct of total"),
        claim("use / households", 0.6, "share", low=0.5, high=0.7),
        claim("trade / imports", 100, "million USD"),
        claim("trade / oil", 20, "million USD"),
        claim("trade / exports", 60, "million USD"),
        claim("trade / assembled", 10, "million USD", reliability="B"),
        claim("rate / KRW per USD", 1.0, "KRW/USD", low=0.8, high=1.5),
    )
    kept = tuple(one for one in claims if one.figure != without)
    sources = {
        key: Source(key=key, title=f"Figures of the {key}", publisher="Norland", date="2020")
        for key in ("office", "bank")
    }
    return Evidence(kept + others, sources)


def donor(name: str, seed: int) -> Donor:
    """Coefficients drawn at random: no product is without use, no industry without value added."""
    rng = np.random.default_rng(seed)
    n = len(SECTORS)
    A = rng.uniform(0.02, 0.2, (n, n))
    final_use = rng.dirichlet(np.ones(n), len(FINAL)).T
    return Donor(
        name=name,
        year=2000,
        citation=f"made up by {name}",
        licence="none",
        import_treatment=ImportTreatment.MATRIX,
        notes=(),
        sectors=SECTORS,
        products=SECTORS,
        final_users=FINAL,
        components=("value added",),
        A=A,
        value_added=1.0 - A.sum(axis=0, keepdims=True),
        final_use=final_use,
        final_total=np.array([0.3, 0.1, 0.1, 0.0, 0.1]),
        output_share=np.array([0.3, 0.5, 0.2]),
        import_share=np.full((n, n + len(FINAL)), 0.1),
    )


DONORS = {"east": donor("east", 1), "west": donor("west", 2)}


def recipe(tmp_path: Path, text: str = RECIPE) -> Recipe:
    """The recipe, read from a file as a user would give it."""
    from autarky.estimation.reading import read_recipe

    path = tmp_path / "recipe.yaml"
    path.write_text(text, encoding="utf-8")
    return read_recipe(path).recipe


def read_text(text: str = RECIPE) -> Recipe:
    """The recipe, by way of a file that is gone again."""
    with tempfile.TemporaryDirectory() as folder:
        return recipe(Path(folder), text)
