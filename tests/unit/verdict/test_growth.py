"""Growth: by hand, from claims, and from a user's file with everything wrong in it."""

import numpy as np
import pytest

from autarky.errors import EconomyError, SourceError
from autarky.verdict.growth import (
    GROUPS,
    HEADLINE,
    WEATHER,
    Observed,
    group_growth,
    headline_growth,
    observed_growth,
    read_observed,
    require_sectors,
    scored,
)
from made_backtest import SECTORS, made_country, made_evidence
from small_economies import chain


def test_growth_is_of_value_added_at_base_year_weights():
    economy = made_country(2016)
    v = dict(zip(SECTORS, economy.value_added.sum(axis=0), strict=True))
    output = np.ones((1, 2, len(SECTORS)))
    output[0, 0, SECTORS.index("coal")] = 0.5
    output[0, 1, SECTORS.index("coal")] = 0.8
    found = group_growth(economy, output)[0, :, list(GROUPS).index("mining")]
    first = (0.5 * v["coal"] + v["other_mining"]) / (v["coal"] + v["other_mining"])
    second = (0.8 * v["coal"] + v["other_mining"]) / (0.5 * v["coal"] + v["other_mining"])
    assert found == pytest.approx([100 * (first - 1), 100 * (second - 1)])


def test_every_sector_counts_once_in_headline_or_weather():
    codes = [code for group in (*HEADLINE.values(), *WEATHER.values()) for code in group]
    assert len(codes) == len(set(codes)) == 19


def test_headline_growth_leaves_weather_out():
    economy = made_country(2016)
    output = np.ones((1, 1, len(SECTORS)))
    output[..., SECTORS.index("agriculture")] = 0.1
    assert headline_growth(economy, output)[0, 0] == pytest.approx(0.0, abs=1e-12)
    assert group_growth(economy, output)[0, 0, list(GROUPS).index("agri_forestry_fishing")] < -10


def test_what_fell_to_nothing_and_came_back_has_no_growth_rate():
    output = np.ones((1, 2, len(SECTORS)))
    output[0, 0] = 0.0
    found = group_growth(made_country(2016), output)[0]
    assert (found[0] == -100).all() and np.isnan(found[1]).all()


def test_a_table_without_the_sectors_is_refused_by_name():
    with pytest.raises(EconomyError, match=r"chain: sectors: 'coal' \(mining\) is missing"):
        require_sectors(chain())


def test_claims_become_observations_in_order_with_their_errors():
    found = observed_growth(made_evidence(), range(2017, 2019))
    assert [(one.year, one.industry) for one in found][:2] == [(2017, "mining"), (2017, "heavy_chemical")]
    assert found[0].growth == -11.0 and found[0].sd == 0.5 and "made for a test" in found[0].source


def test_manufacturing_counts_only_where_a_part_of_it_has_no_figure():
    found = scored(observed_growth(made_evidence(), range(2017, 2021)))
    counted = {one.year for one in found if one.industry == "manufacturing"}
    assert counted == {2017, 2020}
    assert not scored([Observed(2020, "agri_forestry_fishing", -7.6, 0.5, "made")])


def test_a_file_of_observations_is_read(tmp_path):
    path = tmp_path / "seen.csv"
    path.write_text("year,industry,growth_pct,source\n2021,mining,-1.5,my notes\n\n2022,services,+2,\n")
    first, second = read_observed(path, range(2020, 2024))
    assert first == Observed(2021, "mining", -1.5, 0.0, "my notes")
    assert (second.growth, second.source) == (2.0, "not stated")


WRONG = """year,industry,growth_pct,source
2019,mining,1,a
2021,minning,1,a
2021,mining,much,a
2021,services,-101,a
2022,mining,1
2022,services,1,a
2022,services,2,b
"""


def test_everything_wrong_in_a_file_is_told_at_once_a_line_each(tmp_path):
    path = tmp_path / "seen.csv"
    path.write_text(WRONG)
    with pytest.raises(SourceError) as raised:
        read_observed(path, range(2020, 2024))
    told = str(raised.value).replace(str(path), "F").splitlines()
    assert told == [
        "F:2: year '2019' is not predicted — give a year from 2020 to 2023",
        "F:3: unknown industry 'minning' — did you mean 'mining'?",
        "F:4: growth_pct 'much' is not a number — give per cent as a number, for instance -3.8",
        "F:5: growth_pct -101 is out of range — give per cent on the year before, between -100 and 300",
        "F:6: has 3 cells under 4 column names — give a cell for each column",
        "F:8: 2022 services stands twice — keep one figure for each",
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"year,industry\n2021,mining\n", "has no column 'growth_pct'"),
        (
            b"year,industry,growth_pct,sorce\n",
            "unknown column 'sorce' — did you mean 'source'?",
        ),
        (b"year,industry,growth_pct\n", "holds no figure"),
        (b"", "has no column 'year'"),
        (b"\xff\xfe\x00", "is not UTF-8"),
    ],
)
def test_a_file_that_is_no_table_of_growth_is_refused(tmp_path, content, told):
    path = tmp_path / "seen.csv"
    path.write_bytes(content)
    with pytest.raises(SourceError) as raised:
        read_observed(path, [2021])
    assert told in str(raised.value)


def test_a_missing_file_is_one_line(tmp_path):
    with pytest.raises(SourceError, match=r"cannot be read .* — check the path"):
        read_observed(tmp_path / "nothing.csv", [2021])
