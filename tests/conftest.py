"""What every test relies on."""

import tempfile
from pathlib import Path

import pytest
from django.conf import settings

from tests import pseudo

# Removed when the test process ends.
_database_folder = tempfile.TemporaryDirectory(prefix="amble-tests-")


def pytest_configure(config: pytest.Config) -> None:
    """Test on a database in a file: one in memory is shared by all threads, which no deployment does.

    And as the demo, where staff need no second factor; the test of the second factor turns it on.
    """
    settings.DEMO, settings.STAFF_SECOND_FACTOR = True, False
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        database.setdefault("TEST", {})["NAME"] = str(Path(_database_folder.name, "test.sqlite3"))
    # Styles and scripts come from the folder that the build writes to, where names carry no hash.
    settings.STATIC_ROOT = settings.STATICFILES_DIRS[0]
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"


@pytest.fixture(scope="session")
def catalogue(tmp_path_factory) -> Path:
    """A folder with a translation of every text into the language that exists only here."""
    folder = tmp_path_factory.mktemp("locale")
    pseudo.write_catalogue(folder)
    return folder


@pytest.fixture
def translated(catalogue, settings) -> None:
    """Amble offers that language beside English."""
    settings.LANGUAGES = [("en", "English"), (pseudo.LANGUAGE, "עברית")]
    settings.LOCALE_PATHS = [catalogue]


def pytest_unconfigure() -> None:
    _database_folder.cleanup()


@pytest.fixture(scope="session")
def a_night(tmp_path_factory: pytest.TempPathFactory):
    """What a night found on the simulated service, released: `stored_night.kept` puts it into the database."""
    from tests import stored_night  # it brings half of Amble along, which most tests do without

    return stored_night.made(tmp_path_factory.mktemp("night"))
