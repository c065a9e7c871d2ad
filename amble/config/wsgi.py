"""What the web server runs."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "amble.config.settings")
application = get_wsgi_application()

# What the first visitor would wait for: every page's code, and the drawing library.
from django.urls import get_resolver  # noqa: E402

from amble.care.journey import charts  # noqa: E402  after the settings are read

_ = get_resolver().url_patterns
charts.warm_up()
