"""The demo's mail, readable in the browser, because a demo has no mail server. Exists only with AMBLE_DEMO=1."""

import email
import email.policy
import re

from django.conf import settings
from django.shortcuts import render
from django.utils.html import escape
from django.utils.safestring import mark_safe

MOST = 20
SEPARATOR = "-" * 79


def show(request):
    """The newest e-mails first, with their links alive."""
    return render(request, "amble/demo_mailbox.html", {"mails": newest()})


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
    address = re.escape(settings.ADDRESS)
    link = r'<a href="\1">\1</a>'
    return mark_safe(re.sub(rf"({address}/\S+)", link, escape(text)))
