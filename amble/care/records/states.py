"""The states of an episode, and which may follow which."""

from enum import StrEnum


class EpisodeStatus(StrEnum):
    REFERRED = "referred"
    STARTED = "started"
    DISCHARGED = "discharged"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


MAY_FOLLOW = {
    EpisodeStatus.REFERRED: {EpisodeStatus.STARTED, EpisodeStatus.DECLINED, EpisodeStatus.WITHDRAWN},
    EpisodeStatus.STARTED: {EpisodeStatus.DISCHARGED, EpisodeStatus.WITHDRAWN},
    EpisodeStatus.DISCHARGED: {EpisodeStatus.WITHDRAWN},
    EpisodeStatus.DECLINED: set(),
    EpisodeStatus.WITHDRAWN: set(),
}
