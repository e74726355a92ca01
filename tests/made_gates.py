"""One industry at home, fed through import gates: small enough to know which of them matter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autarky.economy import Economy, FinalUseKind, FinalUser, Gate, ImportTreatment, Industries, Provenance
from autarky.scenario import Scenario
from small_economies import START, YEAR


def fed_through(*gates: tuple[str, str, float, float]) -> Economy:
    """A mill makes 10 a day, 9 for households and 1 for exports, out of (partner, product, use, eaten) gates.

    ``use`` a day goes into the mill, ``eaten`` to households.
    """
    use = np.array([[amount] for _, _, amount, _ in gates])
    eaten = np.array([[amount, 0.0] for _, _, _, amount in gates])
    return Economy(
        name="mill",
        year=2019,
        currency="USD",
        unit="million USD",
        valuation="basic prices",
        industries=Industries(("HOME",), ("mill",)),
        Z=np.zeros((1, 1)),
        final_users=(
            FinalUser("HOME", "HH", FinalUseKind.HOUSEHOLDS),
            FinalUser("ABROAD", "EXP", FinalUseKind.EXPORTS),
        ),
        Y=np.array([[9.0, 1.0]]) * YEAR,
        value_added_names=("value added",),
        value_added=np.array([[10.0 - use.sum()]]) * YEAR,
        import_treatment=ImportTreatment.MATRIX,
        provenance=Provenance("mill", "assumption: made by hand"),
        gates=tuple(Gate(partner, product) for partner, product, _, _ in gates),
        imports_intermediate=use * YEAR,
        imports_final=eaten * YEAR,
    )


def cut_off(*, days: int = 120, shocks: Sequence[dict[str, Any]] = (), **behaviour: Any) -> Scenario:
    """All imports stop on the first day, for good; other shocks beside."""
    cut = {"kind": "trade_cut", "destination": "HOME", "from": START, "share_kept": 0.0}
    return Scenario.model_validate(
        {
            "name": "cut off",
            "start": START,
            "days": days,
            "shocks": [cut, *shocks],
            "behaviour": {"negligible_share": 0.0, **behaviour},
        }
    )
