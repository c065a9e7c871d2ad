"""What a demo needs and a service must not have: its mail to read, and weeks that pass at a click.

Exists only with AMBLE_DEMO=1.
"""

import email
import email.policy
import re

from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.html import escape
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from .demo_time import let_time_pass

MOST = 20
SEPARATOR = "-" * 79


def show(request):
    """The newest e-mails first, with their links alive."""
    return render(request, "amble/demo_mailbox.html", {"mails": newest()})


@require_POST
def pass_a_week(request):
    """Seven days go by for everyone in the demo, so that the next check-in opens."""
    let_time_pass(7)
    messages.info(request, _("A week has gone by in the demo."))
    return redirect("home")


def newest(limit: int = MOST) -> list[dict]:
    if not settings.MAIL_FOLDER.is_dir():
        return []
    files = sorted(settings.MAIL_FOLDER.glob("*.log"), key=lambda f: f.stat().st_mtime, reverse=True)
    mails = []
    for file in files[:limit]:
        for raw in reversed(file.read_text().split(SEPARATOR)):
            if raw.strip():
                message = email.message_from_string(raw.lstrip(), policy=email.policy.default)
                mails.append(
                    {
                        "to": message["To"],
                        "subject": message["Subject"],
                        "date": message["Date"],
                        "body": _alive(message.get_body(("plain",)).get_content()),
                    }
                )
    return mails[:limit]


def _alive(text: str) -> str:
    """The text, escaped, with Amble's own addresses as links."""
    address = re.escape(settings.ADDRESS)
    return mark_safe(re.sub(rf"({address}/\S+)", r'<a href="\1">\1</a>', escape(text)))
