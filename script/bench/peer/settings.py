from amble.config.settings import *  # noqa: F403
from amble.config.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "script.bench.peer"]
ROOT_URLCONF = "script.bench.peer.urls"
