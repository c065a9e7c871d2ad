"""The background program beside the web server: it queues reminders, works the queue, and starts each night."""

import signal
import subprocess
import sys
import time
from datetime import timedelta

import structlog
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import close_old_connections
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from amble.care.journey.reminders import send_due
from amble.outcomes.nightly.clock import is_due

SECONDS_BETWEEN_LOOKS = 1
SECONDS_BETWEEN_REMINDERS = 300
LONGEST_TASK = timedelta(minutes=15)
SECONDS_TO_STOP = 10
# A program of its own: it needs memory, and reminders go on meanwhile.
NIGHT = [sys.executable, "-m", "amble", "nightly"]
log = structlog.get_logger("amble.worker")


def take_up_abandoned() -> None:
    """Queue again what a worker had begun when it was killed: an e-mail that comes twice beats one lost."""
    begun = timezone.now() - LONGEST_TASK
    DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING, started_at__lt=begun).update(
        status=TaskResultStatus.READY
    )


def forget_what_is_done() -> None:
    """An e-mail that was sent leaves the queue: it may hold an invitation's link. Failed ones stay two weeks."""
    call_command("prune_db_task_results", queue_name="*", min_age_days=0, failed_min_age_days=14, verbosity=0)


class Command(BaseCommand):
    help = (
        "Send reminders when they are due, work through the queue and start the nightly job, until stopped."
    )
    night = None

    def add_arguments(self, parser):
        parser.add_argument("--once", action="store_true", help="one round without the night, then end")

    def handle(self, *, once: bool, **options):
        self.stopping = False
        if not once:
            for each in (signal.SIGINT, signal.SIGTERM):
                signal.signal(each, self._stop)
        last = 0.0
        while not self.stopping:
            if time.monotonic() - last > SECONDS_BETWEEN_REMINDERS or last == 0:
                last = time.monotonic()
                self._guarded(send_due)
                self._guarded(take_up_abandoned)
                self._guarded(forget_what_is_done)
                if not once:
                    self._guarded(self._start_night)
            self._guarded(self._work_queue)
            if once:
                return
            close_old_connections()
            time.sleep(SECONDS_BETWEEN_LOOKS)
        self._stop_night()

    def _stop(self, signum, frame):
        self.stopping = True

    def _start_night(self):
        if (self.night is None or self.night.poll() is not None) and is_due():
            self.night = subprocess.Popen(NIGHT, stdout=subprocess.DEVNULL)
            log.info("night begun", process=self.night.pid)

    def _stop_night(self):
        if self.night is None or self.night.poll() is not None:
            return
        self.night.terminate()
        try:
            self.night.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            self.night.kill()

    def _guarded(self, work):
        """One failing reminder or a busy database must not end the worker; the log says what happened."""
        try:
            work()
        except Exception:
            log.exception("worker round failed", work=work.__name__)

    def _work_queue(self):
        Worker(
            queue_names=["*"],
            interval=0,
            batch=True,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id="amble",
            excluded_queue_names=[],
        ).run()
