"""A night begins, ends well or ends badly. There is one at a time, and one that was killed is found out."""

import os
import socket
from datetime import timedelta

import structlog
from django.db import IntegrityError, transaction
from django.utils import timezone

from amble.care.audit.actions import record
from amble.care.records.models import Episode
from amble.evaluation.refusal import CannotEvaluate
from amble.outcomes.bridge.folder import CannotWrite
from amble.outcomes.models import Night
from amble.outcomes.nightly.clock import service_zone

LONGEST = timedelta(hours=8)
KILLED = (
    "The program that made the figures ended before it was done: it was killed, or the machine was switched off. "
    "See the log of the worker, and whether there was memory enough; then run `amble nightly`."
)
FOR_SOMEBODY = (CannotEvaluate, CannotWrite)  # what somebody can put right; their words are whole sentences
log = structlog.get_logger("amble.nightly")


class NotBegun(Exception):
    """No night was begun; nothing is wrong. The message says why."""


def begin() -> Night:
    """A night that runs, about everything up to the end of yesterday in the service's time. Raises NotBegun."""
    if not Episode.objects.exists():
        raise NotBegun("There is no episode of care yet, so there is nothing to make figures of.")
    bury_the_dead()
    now = timezone.now()
    day = now.astimezone(service_zone()).date() - timedelta(days=1)
    maker = {"host": socket.gethostname(), "process": os.getpid()}
    try:
        with transaction.atomic():
            return Night.objects.create(started_at=now, day=day, provenance=maker)
    except IntegrityError as other:
        raise NotBegun("Another run is at work at this moment. Wait until it has ended.") from other


def bury_the_dead() -> None:
    for night in Night.objects.filter(state=Night.State.RUNNING):
        if is_dead(night):
            _ended(night, KILLED)


def is_dead(night: Night) -> bool:
    """Whether a night that says it runs does not: its process is gone, or it has run for far too long."""
    if timezone.now() - night.started_at > LONGEST:
        return True
    if night.provenance.get("host") != socket.gethostname():
        return False
    try:
        os.kill(night.provenance["process"], 0)
    except ProcessLookupError:
        return True
    except PermissionError:  # it is there, and somebody else's
        return False
    return False


def fail(night: Night, problem: BaseException) -> None:
    """Keep why. What the figures were before stays as it was."""
    if not isinstance(problem, FOR_SOMEBODY):
        log.error("night failed", night=night.pk, exc_info=problem)
    _ended(night, "\n".join(reasons(problem)))


def reasons(problem: BaseException) -> list[str]:
    """Sentences for the person who looks after Amble; no record's content."""
    if isinstance(problem, FOR_SOMEBODY):
        return str(problem).splitlines()
    if not isinstance(problem, Exception):
        return [
            "The run was stopped before it was done. The next night makes the figures, or `amble nightly` now."
        ]
    place = problem.__traceback__
    while place and place.tb_next:
        place = place.tb_next
    where = f" in {place.tb_frame.f_code.co_filename}, line {place.tb_lineno}" if place else ""
    if isinstance(problem, MemoryError):
        return [
            "There was not enough memory. Give the machine more, or lower AMBLE_MEMORY (2GB) and run it again."
        ]
    if isinstance(problem, OSError) and problem.strerror:
        return [
            f"{problem.filename or 'A file'}: {problem.strerror}{where}. Put it right and run `amble nightly`."
        ]
    return [
        f"{type(problem).__name__}{where}. This is a fault of the program: the log of the worker says more. "
        "Report it with both."
    ]


def _ended(night: Night, problem: str) -> None:
    with transaction.atomic():
        night.state, night.problem, night.finished_at = Night.State.FAILED, problem, timezone.now()
        night.save()
        record("night.failed", by=None, subject=night)
