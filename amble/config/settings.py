"""One settings file. The environment changes it; README lists the variables.

AMBLE_VAR        folder for the database, the secret key and the demo's mailbox (default: var/)
DATABASE_URL     postgres://... moves the same program to PostgreSQL (default: SQLite in AMBLE_VAR)
AMBLE_DEMO       1 runs the demo clinic: mail goes to a folder, staff need no second factor
AMBLE_HOSTS      host names this service answers to, separated by commas
AMBLE_ADDRESS    the address that links in e-mails begin with, such as https://amble.example.org
AMBLE_MAIL_URL   smtp://user:password@host:port of the mail server (smtps:// for implicit TLS)
AMBLE_MAIL_FROM  the sender of every e-mail
"""

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key

ROOT = Path(__file__).resolve().parents[2]
VAR = Path(os.environ.get("AMBLE_VAR", ROOT / "var"))
DEMO = os.environ.get("AMBLE_DEMO") == "1"


def _secret_key() -> str:
    """From the environment, or made once and kept in a file that only this account can read."""
    if key := os.environ.get("AMBLE_SECRET_KEY"):
        return key
    file = VAR / "secret_key"
    if not file.exists():
        VAR.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as handle:
            handle.write(get_random_secret_key())
    return file.read_text()


SECRET_KEY = _secret_key()
DEBUG = False
ALLOWED_HOSTS = [h for h in os.environ.get("AMBLE_HOSTS", "localhost,127.0.0.1,[::1]").split(",") if h]
ADDRESS = os.environ.get("AMBLE_ADDRESS", "http://localhost:8000").rstrip("/")
SECURE = ADDRESS.startswith("https://")

INSTALLED_APPS = [
    "amble.care.audit",
    "amble.care.accounts",
    "amble.care.records",
    "amble.care.assessments",
    "amble.care.journey",
    "amble.care.patients",
    "amble.care.clinicians",
    "amble.care.service",
    "amble.outcomes",
    "amble.config",  # for its commands
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_htmx",
    "django_structlog",
    "django_tasks",
    "django_tasks_db",
    "rules",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # docs/decisions/0011-compressed-pages.md
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "amble.care.accounts.middleware.LanguageAndZone",
    "django_structlog.middlewares.RequestMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "amble.care.records.middleware.Doorway",
    "amble.care.records.middleware.EndIdleSession",
    "amble.care.records.middleware.RequireSecondFactor",
    "amble.care.accounts.unsent.KeepUnsentAnswers",
    "amble.care.assessments.middleware.TabletLock",
]

ROOT_URLCONF = "amble.config.urls"
WSGI_APPLICATION = "amble.config.wsgi.application"
FORM_RENDERER = "amble.care.accounts.forms.Renderer"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "amble/care/templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "amble.care.records.context.door",
            ],
            "builtins": ["django.templatetags.i18n", "amble.care.records.templatetags.amble"],
        },
    }
]

# --- Storage ---------------------------------------------------------------------------------------------

DATABASES = {
    "default": dj_database_url.parse(os.environ.get("DATABASE_URL") or f"sqlite:///{VAR}/db.sqlite3")
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    VAR.mkdir(parents=True, exist_ok=True)
    DATABASES["default"]["OPTIONS"] = {
        # FULL, not NORMAL: an answer we acknowledged survives a power cut, not only a crash of the program.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
    }
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"]["CONN_MAX_AGE"] = 600  # opening SQLite costs as much as a few queries, too
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Shared between server processes, so that limits on guessing codes hold across them.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}}
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}

# --- Sign-in ---------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["amble.care.records.backend.WithRecord"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "amble.care.accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]  # nobody signs up, but some like a password
ACCOUNT_EMAIL_VERIFICATION = "none"  # the invitation and the one-time code go to the address itself
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 600
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Amble"
MFA_FORMS = {"add_webauthn": "amble.care.accounts.passkeys.AddPasskeyForm"}
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not SECURE  # passkeys work on http://localhost only
STAFF_SECOND_FACTOR = not DEMO

SESSION_COOKIE_AGE = 14 * 24 * 3600  # a patient's phone: the weekly check-in needs no new sign-in
STAFF_IDLE_SECONDS = 30 * 60
STAFF_SESSION_SECONDS = 12 * 3600
SESSION_COOKIE_NAME = "amble_session"
CSRF_COOKIE_NAME = "amble_csrf"
CSRF_FAILURE_VIEW = "amble.care.accounts.unsent.form_expired"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"

# --- What a browser may do -------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = SECURE
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
CSRF_TRUSTED_ORIGINS = [ADDRESS] if SECURE else []
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500

# --- Language and time -----------------------------------------------------------------------------------

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]  # a translation adds its line here: see docs/guides/translate.md
FORMAT_MODULE_PATH = ["amble.config.formats"]
LOCALE_PATHS = [ROOT / "amble/locale"]

# --- Files -----------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = ROOT / "static"
STATICFILES_DIRS = [ROOT / "static-build"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# --- Mail ------------------------------------------------------------------------------------------------

DEFAULT_FROM_EMAIL = os.environ.get("AMBLE_MAIL_FROM", "Amble <amble@localhost>")
MAIL_FOLDER = VAR / "mail"
if mail_url := os.environ.get("AMBLE_MAIL_URL"):
    _mail = urlsplit(mail_url)
    if _mail.scheme not in {"smtp", "smtps"} or not _mail.hostname:
        raise ImproperlyConfigured("AMBLE_MAIL_URL must look like smtp://user:password@host:587")
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST, EMAIL_PORT = _mail.hostname, _mail.port or (465 if _mail.scheme == "smtps" else 25)
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_mail.username or ""), unquote(_mail.password or "")
    EMAIL_USE_SSL = _mail.scheme == "smtps"
    EMAIL_USE_TLS = bool(EMAIL_HOST_USER) and not EMAIL_USE_SSL
    EMAIL_TIMEOUT = 20
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = MAIL_FOLDER

from amble.config.logs import LOGGING  # noqa: E402, F401
