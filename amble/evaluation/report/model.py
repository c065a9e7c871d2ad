"""The whole report before disclosure control: what the study asked and what each question was answered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from amble.evaluation.results import Answer, Table
from amble.evaluation.study.model import Study


@dataclass(frozen=True)
class Share:
    """`part` of `whole` people, for example the clinicians trained of those invited."""

    part: int
    whole: int


@dataclass(frozen=True)
class Report:
    """answers: in reading order.  flow, balance: the attrition rows and the balance of the arms, as tables.

    implementation: name -> share, or name -> arm -> share. Names as in GLOSSARY.md: `clinicians_trained`,
    `clinicians_delivering`, `patients_receiving`, `outcomes_complete`, and `outcomes_complete_by_arm` with the arms
    "etmi" and "usual_care", which the page shows as its first number.
    provenance: hashes, versions, seed, times: text and numbers only, possibly in one further level.
    """

    study: Study
    answers: tuple[Answer, ...]
    flow: Table | None = None
    balance: Table | None = None
    implementation: Mapping[str, Share | Mapping[str, Share]] = field(default_factory=dict)
    provenance: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
