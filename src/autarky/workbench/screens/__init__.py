"""The screens: a file for each, with the addresses it answers at."""

from autarky.workbench.screens import (
    builder,
    compare,
    evidence,
    home,
    result,
    running,
    share,
    studies,
    tables,
    why,
)

SCREENS = (home, tables, studies, running, result, why, builder, compare, evidence, share)
