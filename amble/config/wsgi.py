"""What the web server runs."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "amble.config.settings")
application = get_wsgi_application()

from amble.care.journey import charts  # noqa: E402  after the settings are read

charts.warm_up()
