"""Which night the pages show, and what to say when a later one failed or none came."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from amble.care.records.models import Episode
from amble.outcomes.models import Night
from amble.outcomes.nightly import nights

SHOWN = 30
TOO_OLD = timedelta(hours=36)
NOT_BEGUN = (
    "No night has begun for more than a day. Is the worker running (`amble manage run_worker`)? "
    "`amble nightly` makes the figures now."
)


@dataclass(frozen=True)
class Alarm:
    """words: for everyone who reads the figures.  details: for the administrator, a sentence each."""

    words: str
    details: tuple[str, ...]


@dataclass(frozen=True)
class Latest:
    """night: the newest good one.  running: whether one is being made now.  alarm: None when all is well."""

    night: Night | None
    running: bool
    alarm: Alarm | None


def latest() -> Latest:
    """Three queries, four when there is something to say; writes nothing."""
    good = Night.objects.filter(state=Night.State.GOOD).first()
    newest = Night.objects.first()
    dead = newest is not None and newest.state == Night.State.RUNNING and nights.is_dead(newest)
    running = newest is not None and newest.state == Night.State.RUNNING and not dead
    failed = newest if dead or (newest and newest.state == Night.State.FAILED) else None
    if running:  # one that failed before it is still worth telling until it is done
        failed = Night.objects.exclude(pk=newest.pk).first()
        failed = failed if failed and failed.state == Night.State.FAILED else None
    return Latest(good, running, _alarm(good, failed, running))


def newest_nights() -> QuerySet[Night]:
    return Night.objects.all()[:SHOWN]


def _alarm(good: Night | None, failed: Night | None, running: bool) -> Alarm | None:
    if failed is not None:
        words = (
            _("The figures are from {day}. The last run did not finish; these stay until one does.")
            if good
            else _("There are no figures yet, because the last run did not finish.")
        )
        return Alarm(_dated(words, good), tuple((failed.problem or nights.KILLED).splitlines()))
    late = timezone.now() - good.started_at > TOO_OLD if good else _waited_long()
    if late and not running:
        words = (
            _("The figures are from {day}. No newer ones were made, because the nightly run did not begin.")
            if good
            else _("There are no figures yet, because the nightly run did not begin.")
        )
        return Alarm(_dated(words, good), (NOT_BEGUN,))
    return None


def _dated(words: str, good: Night | None) -> str:
    return words.format(day=date_format(good.day, "j F Y")) if good else words


def _waited_long() -> bool:
    """Somebody has been in care for so long that there should have been a night."""
    return Episode.objects.filter(states__at__lt=timezone.now() - TOO_OLD).exists()
