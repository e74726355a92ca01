"""Part: what every behaviour that a study can switch on has in common."""

from __future__ import annotations

from collections.abc import Hashable

from autarky.declared import Declared


class Part(Declared):
    """A behaviour with numbers of its own."""

    def assumptions(self) -> tuple[str, ...]:
        """One sentence for each number that has no source, for the record of the run."""
        return ()

    def in_common(self) -> Hashable:
        """What scenarios must share to run side by side; by default everything."""
        return self.model_dump_json()
