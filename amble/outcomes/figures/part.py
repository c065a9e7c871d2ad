"""What one clinic, or the whole service, is told of a page."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from amble.evaluation.study.model import Study
from amble.outcomes.figures.jointly import Cells, Shown
from amble.outcomes.material import Material


@dataclass(frozen=True)
class Part:
    """clinic: None for the whole service.  found: what the page counted.  names: clinic -> name."""

    clinic: str | None
    found: Any
    shown: Shown
    names: Mapping[str, str]
    study: Study

    @property
    def where(self) -> str:
        return "in the whole service" if self.clinic is None else "in this clinic"

    @property
    def time(self) -> str:
        return "month" if self.clinic is None else "quarter"

    @property
    def total(self) -> Cells:
        return self.cut("all").get(None, {})

    def cut(self, by: str) -> Mapping[Any, Cells]:
        """Value -> what may be shown."""
        return self.shown.get((self.clinic, by), {})

    def clinics(self) -> Iterator[tuple[str, str, Cells]]:
        """(clinic, name, what may be shown) of all own clinics with anything, by name."""
        for clinic, name in sorted(self.names.items(), key=lambda pair: pair[1]):
            if (clinic, "all") in self.shown:
                yield clinic, name, self.shown[clinic, "all"][None]


def parts(material: Material, found: Any, shown: Shown) -> Iterator[Part]:
    for clinic in (None, *material.own_clinics):
        yield Part(clinic, found, shown, material.own_clinics, material.study)
