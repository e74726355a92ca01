"""Make the packaged donors from their tables: ``make_donors.py DATA_FOLDER [TARGET]``."""

from __future__ import annotations

import shutil
import sys
from dataclasses import replace
from pathlib import Path

from autarky.economy import Economy
from autarky.errors import InputError
from autarky.estimation.aggregation import aggregate, national, packaged_concordance
from autarky.estimation.donors import Donor, donor_of, write_donor
from autarky.sources import read_table

TARGET = Path(__file__).resolve().parents[1] / "src" / "autarky" / "data" / "donors"


def donors(data: Path) -> dict[str, Donor]:
    """Each packaged donor by the name of its folder."""
    nbs, wiod2013, wiod2016 = map(packaged_concordance, ("nbs-33", "wiod2013-35", "wiod2016-56"))
    china = {year: read_table(data / "china_nbs" / f"cn_{year}_33.csv") for year in (1987, 1990, 1995)}
    world = read_table(data / "wiod2013" / "wiod2013_1995_41x35.csv.gz")
    # China 1995 tells who uses coal and who ores, India 2014 who uses fish: each lends that to the others.
    india = read_table(data / "wiod2016_niot" / "IND_2014.csv")
    india = aggregate(india, wiod2016, pattern=aggregate(china[1995], nbs))
    nearest = aggregate(china[1995], nbs, pattern=india)
    made: dict[str, tuple[str, Economy]] = {
        "china-1987": ("China 1987", aggregate(china[1987], nbs, pattern=india)),
        "china-1990": ("China 1990", aggregate(china[1990], nbs, pattern=india)),
        "china-1995": ("China 1995", aggregate(national(world, "CHN"), wiod2013, pattern=nearest)),
        "india-2014": ("India 2014", india),
    }
    return {folder: replace(donor_of(economy), name=name) for folder, (name, economy) in made.items()}


def build(data: Path, target: Path) -> None:
    """Read everything first, so that a fault in a table leaves the target as it was."""
    made = donors(data)
    for folder, donor in made.items():
        if (target / folder).exists():
            shutil.rmtree(target / folder)
        write_donor(donor, target / folder)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    try:
        build(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) == 3 else TARGET)
    except InputError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_code)
