"""What the worker does in the background. The queue is a table of the database."""

from datetime import timedelta
from smtplib import SMTPException

import structlog
from django.core.mail import send_mail
from django.utils import timezone
from django_tasks import task

MINUTES_BEFORE_NEXT_TRY = (1, 5, 30, 120, 720)
log = structlog.get_logger("amble.mail")


@task()
def deliver_email(to: str, subject: str, body: str, tries: int = 0) -> None:
    """Hand one e-mail to the mail server. When that fails it is tried again, for the better part of a day."""
    try:
        send_mail(subject, body, None, [to])
    except (SMTPException, OSError) as problem:
        log.warning("mail not sent", tries=tries + 1, problem=type(problem).__name__)
        if tries == len(MINUTES_BEFORE_NEXT_TRY):
            raise
        later = timezone.now() + timedelta(minutes=MINUTES_BEFORE_NEXT_TRY[tries])
        deliver_email.using(run_after=later).enqueue(to=to, subject=subject, body=body, tries=tries + 1)


def send_email(*, to: str, subject: str, body: str) -> None:
    """Queue an e-mail, in the transaction that asks for it: both are saved, or neither.

    No health information goes by e-mail: only that something waits, and the address.
    """
    deliver_email.enqueue(to=to, subject=subject, body=body)
