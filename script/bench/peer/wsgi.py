"""One process, told apart by the address: Amble as it is, and three bare views that insert one row.

/in-amble/   a bare view on the same server: Amble's own middleware, nothing else. The goal is set beside this one.
/bare/       Django with no middleware at all: less than any service could run.
/signed-in/  Django with the middleware of a new project: session, CSRF and the person, as any signed-in post needs.
"""

from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application
from django.test.utils import override_settings

OF_A_NEW_PROJECT = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]


def _handler(middleware: list[str]) -> WSGIHandler:
    with override_settings(MIDDLEWARE=middleware):  # read once, here
        return WSGIHandler()


amble = get_wsgi_application()
peers = {"/bare/": _handler([]), "/signed-in/": _handler(OF_A_NEW_PROJECT)}


def application(environ, start_response):
    return peers.get(environ["PATH_INFO"], amble)(environ, start_response)
