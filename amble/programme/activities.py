"""The catalogue of leisure activities. The choice is always the person's own: nothing here prescribes."""

from dataclasses import dataclass
from functools import cache
from typing import Literal

from amble.programme import content

Place = Literal["indoors", "outdoors", "either"]
Company = Literal["alone", "others", "either"]
Cost = Literal["free", "low", "higher"]


@dataclass(frozen=True, kw_only=True)
class Activity:
    """One activity, with a first goal small enough for almost anyone.

    `start_days` is days a week and `start_minutes` minutes each time. Both are suggestions for a
    first week, not a dose.
    """

    id: str
    name: str
    words: str
    place: Place
    company: Company
    cost: Cost
    at_home: bool = False
    on_water: bool = False
    with_music: bool = False
    start_days: int
    start_minutes: int
    source: str


@cache
def all_activities() -> tuple[Activity, ...]:
    """Every activity, brisk walking first."""
    return tuple(Activity(**entry) for entry in content.read("activities")["activities"])


def activity(id: str) -> Activity:
    """The activity with this id. Raises KeyError for an id that is not in the catalogue."""
    for candidate in all_activities():
        if candidate.id == id:
            return candidate
    raise KeyError(id)


def choose(
    *,
    place: str = "",
    company: str = "",
    cost: str = "",
    at_home: bool = False,
    on_water: bool = False,
    with_music: bool = False,
) -> tuple[Activity, ...]:
    """The activities that suit, in the order of the catalogue. Blank or False means no preference.

    An activity marked "either" suits both places or both kinds of company, and asking for "either" is
    asking for nothing in particular. `cost` is the most a person wants to pay: "low" includes free.
    """
    affordable = {"free": {"free"}, "low": {"free", "low"}}.get(cost, {"free", "low", "higher"})
    return tuple(
        each
        for each in all_activities()
        if _suits(place, each.place)
        and _suits(company, each.company)
        and each.cost in affordable
        and (each.at_home or not at_home)
        and (each.on_water or not on_water)
        and (each.with_music or not with_music)
    )


def _suits(wish: str, offer: str) -> bool:
    return wish in {"", "either", offer} or offer == "either"
