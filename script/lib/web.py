"""What serving Amble's pages takes. The bench and the tests start them through this file too.

Standard library only, and nothing beside it: a test loads it by its path.
"""

import os
from pathlib import Path

# One process for both, because starting Django is most of the time they take.
PREPARE = """
import os, django
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "amble.config.settings")
django.setup()
from django.core.management import call_command
call_command("migrate", interactive=False, verbosity=0)
call_command("createcachetable", verbosity=0)
"""


def command(
    python: str | Path, *, host: str, port: int | str, application: str = "amble.config.wsgi:application"
) -> list[str]:
    # Two processes use two cores; threads wait for the database together.
    return [
        str(python), "-m", "gunicorn", application,
        "--bind", f"{host}:{port}", "--workers", os.environ.get("WEB_CONCURRENCY", "2"), "--threads", "4",
        "--no-control-socket", "--log-level", "warning",
    ]  # fmt: skip
