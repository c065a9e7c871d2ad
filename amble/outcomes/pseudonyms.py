"""Keys that lead back to nobody without the key file: the same HMAC that DuckDB computes over whole columns.

A physiotherapist who works at two clinics is one clinician at each: the snapshot's clinician belongs to one clinic.
"""

import base64
import hmac
import os
import secrets
from functools import cache

from django.conf import settings

from amble.evaluation.snapshot.pseudonyms import SHOWN

SPOKEN = 10
"""Digits of a pseudonym that are said aloud: among a million patients, two share them in every second service."""
MISHEARD = str.maketrans({"0": "O", "1": "I", "8": "B", "-": ""})
"""A code has no such digits; they are what somebody heard or misread."""


@cache
def key() -> bytes:
    """From AMBLE_PSEUDONYM_KEY, or made once and kept in a file that only this account can read."""
    if given := os.environ.get("AMBLE_PSEUDONYM_KEY"):
        return given.encode()
    file = settings.VAR / "pseudonym_key"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as handle:
            handle.write(secrets.token_hex(32))
    return file.read_bytes().strip()


def of(column: str, text: object) -> str:
    return hmac.digest(key(), f"{column}:{text}".encode(), "sha256").hex()[:SHOWN]


def clinic(clinic_pk: int) -> str:
    return of("clinic_id", clinic_pk)


def clinician(user_pk: int, clinic_pk: int) -> str:
    return of("clinician_id", f"{user_pk}@{clinic_pk}")


def patient(patient_pk: int) -> str:
    return of("patient_id", patient_pk)


def episode(episode_pk: int) -> str:
    return of("episode_id", episode_pk)


def spoken(pseudonym: str) -> str:
    """Eight letters and digits that two people can say to each other, such as K7QX-2MPA: for lists, not for keys."""
    letters = base64.b32encode(bytes.fromhex(pseudonym[:SPOKEN])).decode()
    return f"{letters[:4]}-{letters[4:]}"


def heard(code: str) -> str | None:
    """The beginning of the pseudonym that was spoken; None when the code cannot be one."""
    letters = "".join(code.upper().translate(MISHEARD).split())
    try:
        beginning = base64.b32decode(letters).hex()
    except ValueError:
        return None
    return beginning if len(beginning) == SPOKEN else None
