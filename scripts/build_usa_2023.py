"""Build the embedded economy ``usa-2023`` from BEA tables: ``build_usa_2023.py BEA_FOLDER [TARGET]``."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from autarky.errors import InputError
from autarky.sources import read_table
from autarky.sources.csv_folder import write_csv_folder

TARGET = Path(__file__).resolve().parents[1] / "src" / "autarky" / "data" / "usa-2023"


def build(source: Path, target: Path) -> None:
    """Read BEA's folder first, so that a fault in it leaves the target as it was."""
    economy = read_table(source, "bea", year=2023, level="summary")
    if target.exists():
        shutil.rmtree(target)
    write_csv_folder(economy, target)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    try:
        build(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) == 3 else TARGET)
    except InputError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_code)
