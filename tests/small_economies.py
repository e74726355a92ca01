"""Economies small enough to know the answer."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from autarky.economy import Economy, FinalUseKind, FinalUser, Gate, ImportTreatment, Industries, Provenance
from autarky.scenario import Scenario

YEAR = 365.0
START = "2020-01-01"


def chain(shop_inventories: float = 0.0) -> Economy:
    """Mine → mill → shop → households.

    Per day: mine makes 2 (1 to mill, 1 to exports), mill 2 (to shop), shop 3 (to households). Mill takes
    0.9 of oil from CHINA and 0.1 from RUSSIA; households take 1 of ore from CHINA. ``shop_inventories`` is
    what the shop adds to (takes from) inventories every day.
    """
    Z = np.zeros((3, 3))
    Z[0, 1], Z[1, 2] = 1.0, 2.0
    Y = np.zeros((3, 3))
    Y[2, 0], Y[0, 1], Y[2, 2] = 3.0, 1.0, shop_inventories
    gates = (Gate("CHINA", "oil"), Gate("RUSSIA", "oil"), Gate("CHINA", "ore"))
    imports_intermediate = np.zeros((3, 3))
    imports_intermediate[0, 1], imports_intermediate[1, 1] = 0.9, 0.1
    imports_final = np.zeros((3, 3))
    imports_final[2, 0] = 1.0
    value_added = Z.sum(axis=1) + Y.sum(axis=1) - Z.sum(axis=0) - imports_intermediate.sum(axis=0)
    return Economy(
        name="chain",
        year=2019,
        currency="USD",
        unit="million USD",
        valuation="basic prices",
        industries=Industries(("HOME",), ("mine", "mill", "shop")),
        Z=Z * YEAR,
        final_users=(
            FinalUser("HOME", "HH", FinalUseKind.HOUSEHOLDS),
            FinalUser("ABROAD", "EXP", FinalUseKind.EXPORTS),
            FinalUser("HOME", "INV", FinalUseKind.INVENTORIES),
        ),
        Y=Y * YEAR,
        value_added_names=("value added",),
        value_added=value_added[None, :] * YEAR,
        import_treatment=ImportTreatment.MATRIX,
        provenance=Provenance("chain", "assumption: made by hand"),
        gates=gates,
        imports_intermediate=imports_intermediate * YEAR,
        imports_final=imports_final * YEAR,
    )


def two_regions() -> Economy:
    """Two regions, NOR and CHN, each making food and coal; all sell to all."""
    return _world(("NOR", "CHN"), np.full((4, 4), 0.1), np.ones((4, 2)))


def three_regions() -> Economy:
    """Three regions that depend on each other unevenly; a third of what is made is used by industries."""
    rng = np.random.default_rng(1)
    Y = rng.lognormal(0.0, 1.0, (6, 3))
    share = rng.lognormal(0.0, 1.0, (6, 6))
    share /= share.sum(axis=0) * 2.0
    x = np.linalg.solve(np.eye(6) - share, Y.sum(axis=1))
    return _world(("NOR", "CHN", "USA"), share * x, Y)


def _world(regions: tuple[str, ...], Z: npt.NDArray[np.float64], Y: npt.NDArray[np.float64]) -> Economy:
    value_added = Z.sum(axis=1) + Y.sum(axis=1) - Z.sum(axis=0)
    return Economy(
        name="world",
        year=2019,
        currency="USD",
        unit="million USD",
        valuation="basic prices",
        industries=Industries(regions, ("food", "coal")),
        Z=Z * YEAR,
        final_users=tuple(FinalUser(region, "HH", FinalUseKind.HOUSEHOLDS) for region in regions),
        Y=Y * YEAR,
        value_added_names=("value added",),
        value_added=value_added[None, :] * YEAR,
        import_treatment=ImportTreatment.MULTI_REGIONAL,
        provenance=Provenance("world", "assumption: made by hand"),
    )


def coal_from_apart() -> Economy:
    """Per day: food makes 1.7 with coal from CHINA only, coal makes 1 with coal from home only."""
    Z, Y = np.array([[0.2, 0.3], [0.0, 0.5]]), np.array([[1.0, 0.2], [0.3, 0.2]])
    imported = np.array([[0.3, 0.0]])
    value_added = Z.sum(axis=1) + Y.sum(axis=1) - Z.sum(axis=0) - imported.sum(axis=0)
    return Economy(
        name="coal from apart",
        year=2019,
        currency="USD",
        unit="million USD",
        valuation="basic prices",
        industries=Industries(("HOME",), ("food", "coal")),
        Z=Z * YEAR,
        final_users=(
            FinalUser("HOME", "HH", FinalUseKind.HOUSEHOLDS),
            FinalUser("ABROAD", "EXP", FinalUseKind.EXPORTS),
        ),
        Y=Y * YEAR,
        value_added_names=("value added",),
        value_added=value_added[None, :] * YEAR,
        import_treatment=ImportTreatment.MATRIX,
        provenance=Provenance("coal from apart", "assumption: made by hand"),
        gates=(Gate("CHINA", "coal"),),
        imports_intermediate=imported * YEAR,
        imports_final=np.zeros((1, 2)),
    )


def crops_and_mills() -> Economy:
    """Crops and mills make 100 a year each; (I − A)⁻¹ = [[0.8, 0.3], [0.3, 0.8]] / 0.55.

    Crops buy 10 of crops from CHINA, mills 20 of oil from RUSSIA, households 5 of crops from CHINA; 1 of
    crops from CHINA is re-exported.
    """
    Z, Y = np.array([[20.0, 30.0], [30.0, 20.0]]), np.array([[30.0, 20.0], [40.0, 10.0]])
    return Economy(
        name="crops and mills",
        year=2019,
        currency="USD",
        unit="million USD",
        valuation="basic prices",
        industries=Industries(("HOME",), ("crops", "mills")),
        Z=Z,
        final_users=(
            FinalUser("HOME", "HH", FinalUseKind.HOUSEHOLDS),
            FinalUser("ABROAD", "EXP", FinalUseKind.EXPORTS),
        ),
        Y=Y,
        value_added_names=("value added",),
        value_added=np.array([[40.0, 30.0]]),
        import_treatment=ImportTreatment.MATRIX,
        provenance=Provenance("crops and mills", "assumption: made by hand"),
        gates=(Gate("CHINA", "crops"), Gate("RUSSIA", "oil")),
        imports_intermediate=np.array([[10.0, 0.0], [0.0, 20.0]]),
        imports_final=np.array([[5.0, 1.0], [0.0, 0.0]]),
    )


def date(day: int) -> str:
    """The date of a day, the first being 0."""
    return str(np.datetime64(START) + day)


def scenario(
    *shocks: dict[str, Any], days: int = 60, groups: dict[str, Any] | None = None, **behaviour: Any
) -> Scenario:
    """A scenario of these shocks; other words are behaviour."""
    return Scenario.model_validate(
        {"start": START, "days": days, "shocks": shocks, "groups": groups or {}, "behaviour": behaviour}
    )
