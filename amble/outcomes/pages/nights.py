"""Which night the pages show, and whether a later one failed."""

from dataclasses import dataclass
from datetime import date

from django.utils.timezone import localdate

from amble.outcomes.models import Night

OLD = 2  # days after which nobody can say that the figures are of this morning


@dataclass(frozen=True)
class State:
    """night: the newest good one, if there is any.  failed: a later one that did not come to its end."""

    night: Night | None
    failed: Night | None
    today: date

    @property
    def is_old(self) -> bool:
        return self.night is not None and (self.today - localdate(self.night.finished_at)).days >= OLD


def state() -> State:
    """Two queries."""
    good = Night.objects.filter(state=Night.State.GOOD).first()
    failed = Night.objects.filter(state=Night.State.FAILED)
    failed = failed.filter(started_at__gt=good.started_at) if good else failed
    return State(good, failed.first(), localdate())
