"""The few template tags that every page may use."""

from django import template
from django.utils.translation import gettext

from amble.care.accounts.forms import style

register = template.Library()


@register.filter
def words(text) -> str:
    """Programme content (from .toml files) in the reader's language."""
    return gettext(str(text)) if text else ""


@register.simple_tag(takes_context=True)
def here(context, *prefixes) -> str:
    """aria-current for the menu entry whose pages begin with one of these paths."""
    path = context["request"].path
    is_here = any(
        path == p or (p.endswith("/") and p.count("/") > 2 and path.startswith(p)) for p in prefixes
    )
    return "page" if is_here else "false"


@register.filter
def get(mapping, key):
    """An entry of a dictionary whose key is in a variable."""
    return mapping.get(key)


@register.filter
def styled(field):
    """A field of a library's form, in the design system's look."""
    field.field.widget.attrs.pop("placeholder", None)  # it repeats the label, and looks like an answer
    style(field.field.widget)
    return field
