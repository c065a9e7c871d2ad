"""Languages and time zones to choose from. Each is called by its own name, in every language of the page."""

import zoneinfo

from django import forms
from django.conf import settings
from django.conf.locale import LANG_INFO

UNTRANSLATED = {"translate": "no"}


def zones() -> list[tuple[str, str]]:
    """Every zone that is a place, in the order of its name."""
    names = sorted(
        zone for zone in zoneinfo.available_timezones() if "/" in zone and not zone.startswith("Etc/")
    )
    return [("UTC", "UTC"), *((name, name.replace("_", " ")) for name in names)]


def language_field(label) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, choices=lambda: settings.LANGUAGES, widget=forms.Select(attrs=UNTRANSLATED)
    )


def spoken_languages() -> list[tuple[str, str]]:
    """Languages a person may speak (BCP 47), each by its own name. Countries' variants are left out."""
    scripts = {"zh-hans": "zh-Hans", "zh-hant": "zh-Hant"}
    known = {
        scripts.get(code, code): info["name_local"]
        for code, info in LANG_INFO.items()
        if "name_local" in info and ("-" not in code or code in scripts)
    }
    return sorted(known.items(), key=lambda pair: pair[1].casefold())


def zone_field(label, *, help_text="") -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, help_text=help_text, choices=zones, widget=forms.Select(attrs=UNTRANSLATED)
    )
