"""Run the trials on known countries and write ``trials.csv``: ``run_trials.py DATA_FOLDER [TARGET]``."""

from __future__ import annotations

import sys
from pathlib import Path

from autarky.errors import AutarkyError
from autarky.estimation.aggregation import aggregate, national, packaged_concordance
from autarky.sources import read_table
from autarky.verdict.trials import Trial, run_trial, trials_csv

TARGET = Path(__file__).resolve().parents[1] / "src" / "autarky" / "data" / "trials.csv"


def trials(data: Path) -> tuple[Trial, ...]:
    """The trials whose errors are printed with every estimated economy.

    The 17 sectors are those that all sources tell apart, so that nothing compared was split by assumption.
    """
    names = ("nbs-33", "wiod2013-35", "wiod2016-56", "comparable-17")
    nbs, wiod2013, wiod2016, comparable = map(packaged_concordance, names)
    world = read_table(data / "wiod2013" / "wiod2013_1995_41x35.csv.gz")
    china_1987 = read_table(data / "china_nbs" / "cn_1987_33.csv")
    late = {
        code: aggregate(
            aggregate(read_table(data / "wiod2016_niot" / f"{code}_2014.csv"), wiod2016), comparable
        )
        for code in ("IDN", "IND", "KOR", "TWN")
    }
    return (
        run_trial(
            "China 1995",
            aggregate(aggregate(national(world, "CHN"), wiod2013), comparable),
            "China 1987",
            aggregate(aggregate(china_1987, nbs), comparable),
        ),
        run_trial("Indonesia 2014", late["IDN"], "India 2014", late["IND"]),
        run_trial("Korea 2014", late["KOR"], "Taiwan 2014", late["TWN"]),
    )


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    try:
        found = trials(Path(sys.argv[1]))
        (Path(sys.argv[2]) if len(sys.argv) == 3 else TARGET).write_bytes(trials_csv(found))
    except AutarkyError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_code)
    print("\n\n".join(trial.text() for trial in found))
