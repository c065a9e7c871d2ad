"""A study as the engine uses it. `reading.py` makes it from a TOML file; the defaults here are the built-in study."""

from dataclasses import dataclass, field

OUTCOMES = ("function", "pain", "fear_avoidance")  # measured at visits; `sessions` is counted
HIGHER_IS_BETTER = {"function": True, "pain": False, "fear_avoidance": False}
ARMS = {"etmi": "ETMI", "usual_care": "usual care"}  # arm -> how it is said
LABELS = {"function": "function", "pain": "pain", "fear_avoidance": "fear-avoidance", "sessions": "sessions"}


@dataclass(frozen=True)
class CohortRules:
    min_age_years: int = 18
    min_symptom_months: int = 3
    baseline_required: bool = True


@dataclass(frozen=True)
class MixedModel:
    """degrees_of_freedom: satterthwaite or kenward_roger; information: observed (SAS, mmrm) or expected."""

    degrees_of_freedom: str = "satterthwaite"
    information: str = "observed"


@dataclass(frozen=True)
class PriceList:
    """What a contact costs: a fixed part, a part per minute by arm, a part per modality, all in `currency`.

    The built-in list counts staff minutes, because prices differ between services.
    """

    currency: str = "staff minutes"
    first_session: float = 0.0
    later_session: float = 0.0
    minute: dict[str, float] = field(default_factory=lambda: {"etmi": 1.0, "usual_care": 1.0})
    modality: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Disclosure:
    """Counts from 1 to `suppress_up_to` are hidden; the others are rounded to `round_to` (1: not rounded)."""

    suppress_up_to: int = 7
    round_to: int = 1


@dataclass(frozen=True)
class Study:
    """One pre-specified comparison.

    visits: in order of time; those present in the data are analysed.
    covariates: main effects of every adjusted model, beside the outcome's own baseline.
    baseline: "by_visit" (with visit interaction) or "constant".
    mic: smallest change that matters, in the measure's own units, positive numbers.
    equivalence: margin per outcome, in the measure's own units.
    instruments: measure -> instrument analysed; a measure not named uses its most frequent instrument.
    """

    title: str = "ETMI against usual physiotherapy"
    visits: tuple[str, ...] = ("discharge", "3m", "6m", "12m")
    outcomes: tuple[str, ...] = ("function", "pain", "fear_avoidance", "sessions")
    covariates: tuple[str, ...] = ("age_years", "sex", "depression", "anxiety", "activity_level")
    baseline: str = "by_visit"
    subgroups: tuple[str, ...] = ("depression_or_anxiety", "sex", "activity_level", "deprivation_quintile")
    cohort: CohortRules = CohortRules()
    mmrm: MixedModel = MixedModel()
    mic: dict[str, float] = field(
        default_factory=lambda: {"function": 5.0, "pain": 2.0, "fear_avoidance": 16.7}
    )
    equivalence: dict[str, float] = field(default_factory=lambda: {"pain": 1.0})
    instruments: dict[str, str] = field(default_factory=dict)
    prices: PriceList = PriceList()
    disclosure: Disclosure = Disclosure()
    confidence: float = 0.95
    repetitions: int = 1000
    seed: int = 20260108

    @property
    def measured(self) -> tuple[str, ...]:
        """The outcomes that are scores at visits, not counts."""
        return tuple(outcome for outcome in self.outcomes if outcome in OUTCOMES)
