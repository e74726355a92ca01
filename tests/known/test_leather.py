"""The worked example of the R package decompr (leather): three countries, three industries.

The table is retyped; the results are those the package's authors print: the Leontief decomposition of exports
(V. Kummritz, "Interpreting the output of the Leontief Decomposition", 2015) and, from the companion package
gvc, importing to export (its vignette).
"""

from __future__ import annotations

import numpy as np
import pytest

from autarky.accounts import open_accounts
from autarky.dependence.value_added_in_exports import (
    domestic_value_added_share_of_exports,
    foreign_value_added_share_of_exports,
    value_added_in_exports,
)
from autarky.economy import Economy, FinalUseKind, FinalUser, ImportTreatment, Industries, Provenance

COUNTRIES = ("Argentina", "Turkey", "Germany")

Z = np.array(
    [
        [16.1, 5.1, 1.8, 3.2, 4.3, 0.4, 3.1, 2.8, 4.9],
        [2.4, 8.0, 3.2, 0.1, 3.2, 1.6, 1.2, 3.9, 11.5],
        [0.9, 0.5, 4.0, 0.0, 0.1, 0.3, 0.0, 0.4, 0.5],
        [1.1, 1.9, 0.2, 18.0, 13.2, 6.1, 9.0, 3.1, 8.9],
        [0.3, 2.8, 0.1, 6.1, 28.1, 6.3, 2.1, 2.5, 25.6],
        [0.0, 0.1, 0.3, 4.1, 3.2, 8.9, 0.2, 0.0, 1.8],
        [1.2, 4.2, 0.3, 4.1, 1.2, 0.6, 29.0, 19.5, 17.9],
        [1.3, 1.1, 0.0, 3.2, 4.8, 2.6, 5.1, 29.1, 24.1],
        [2.1, 1.4, 3.0, 4.1, 3.1, 3.9, 11.3, 8.1, 51.3],
    ]
)
Y = np.array(
    [
        [21.5, 6.1, 8.4],
        [16.2, 1.9, 5.1],
        [11.0, 0.5, 0.8],
        [7.5, 29.5, 14.2],
        [8.9, 24.9, 16.9],
        [1.2, 18.5, 4.9],
        [9.2, 17.9, 51.2],
        [7.9, 10.1, 38.5],
        [25.1, 35.2, 68.4],
    ]
)
OUTPUT = np.array([77.7, 58.3, 19.0, 112.7, 124.6, 43.2, 156.3, 127.8, 217.0])

VALUE_ADDED_IN_EXPORTS = np.array(
    [
        [28.5227814, 2.7939513, 0.3560669, 1.8106696, 3.1173841, 0.3590113, 1.2364172, 1.3028380, 4.1208736],
        [1.0620694, 19.1205319, 0.4181392, 0.4837004, 1.8329024, 0.4305864, 0.5937041, 1.1537596, 4.7490351],
        [0.2104369, 0.1422837, 1.0636958, 0.0332946, 0.0790545, 0.0402463, 0.0231846, 0.0748234, 0.1932621],
        [0.7195215, 1.3423721, 0.1150413, 34.9270480, 6.9994970, 1.4771158, 2.5543089, 1.5221350, 6.1806254],
        [0.4120118, 1.3852385, 0.1176404, 2.6929182, 40.1671410, 1.3179987, 1.1093993, 1.1520724, 9.5069032],
        [0.0348265, 0.0855314, 0.0266753, 0.8121017, 0.9075189, 3.1604139, 0.1151191, 0.0744827, 0.6464733],
        [0.9253036, 2.2514271, 0.1622251, 2.3112202, 2.0595825, 0.5121148, 29.8763359, 5.2471973, 9.6006931],
        [0.6466656, 0.7278568, 0.0824438, 1.5383778, 2.5488967, 0.6331661, 1.4593583, 18.9586811, 8.1583150],
        [0.6663833, 0.6508072, 0.2580722, 1.2906696, 1.4880228, 0.5693467, 1.7321726, 1.5140105, 34.7438192],
    ]
)
IMPORTING_TO_EXPORT = {
    "Argentina": (0.05295042, 0.10020580, 0.01185222),
    "Turkey": (0.06573884, 0.09793876, 0.02239852),
    "Germany": (0.03815808, 0.03577311, 0.17206757),
}


@pytest.fixture(scope="module")
def leather() -> Economy:
    return Economy(
        name="leather",
        year=2013,
        currency="USD",
        unit="USD",
        valuation="basic prices",
        industries=Industries(COUNTRIES, ("Agriculture", "Textile_and_Leather", "Transport_Equipment")),
        Z=Z,
        final_users=tuple(FinalUser(country, "FD", FinalUseKind.HOUSEHOLDS) for country in COUNTRIES),
        Y=Y,
        value_added_names=("value added",),
        value_added=(OUTPUT - Z.sum(axis=0))[None, :],
        import_treatment=ImportTreatment.MULTI_REGIONAL,
        provenance=Provenance("leather", "R package decompr, data set leather"),
    )


def test_value_added_in_exports_is_the_printed_leontief_decomposition(leather: Economy) -> None:
    added = np.hstack(
        [
            value_added_in_exports(open_accounts(leather, (country,)), by="industry").values
            for country in COUNTRIES
        ]
    )
    assert np.abs(added - VALUE_ADDED_IN_EXPORTS).max() < 1.0e-7  # seven decimals are printed


@pytest.mark.parametrize("country", COUNTRIES)
def test_importing_to_export_is_the_printed_foreign_share(leather: Economy, country: str) -> None:
    accounts = open_accounts(leather, (country,))
    added = value_added_in_exports(accounts)
    foreign = added.drop_sel(origin=country).sum("origin") / accounts.exports.sum()
    assert foreign.values == pytest.approx(IMPORTING_TO_EXPORT[country], abs=6e-9)
    total = sum(IMPORTING_TO_EXPORT[country])
    assert foreign_value_added_share_of_exports(accounts).item() == pytest.approx(total, abs=2e-8)
    assert domestic_value_added_share_of_exports(accounts).item() == pytest.approx(1 - total, abs=2e-8)
