"""Words for each stage of change. The stage chooses how we say it, never what a person may do."""

from dataclasses import dataclass
from functools import cache

from amble.programme import content
from amble.vocabulary import Stage


@dataclass(frozen=True, kw_only=True)
class StageWords:
    """What to say at one stage.

    `processes` are the transtheoretical model's own names for what helps at this stage. `patient_words` are
    shown when an activity is chosen; `clinician_prompt` says what the physiotherapist might do.
    """

    stage: Stage
    name: str
    processes: tuple[str, ...]
    patient_words: str
    clinician_prompt: str
    source: str


@cache
def words_for(stage: Stage) -> StageWords:
    entry = content.read("stages")[stage]
    return StageWords(**entry | {"stage": stage, "processes": tuple(entry["processes"])})
