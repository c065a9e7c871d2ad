"""Logs go to standard output, one JSON object a line. Records never do: no form data, no query, no name."""

import structlog

structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.filter_by_level,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.format_exc_info,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processor": structlog.processors.JSONRenderer(),
            "foreign_pre_chain": [
                structlog.processors.TimeStamper(fmt="iso"),
                structlog.stdlib.add_logger_name,
                structlog.stdlib.add_log_level,
            ],
        }
    },
    "handlers": {"standard_output": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["standard_output"], "level": "WARNING"},
    "loggers": {
        "amble": {"level": "INFO"},
        # An address holds keys of records; the web server in front keeps its own access log.
        "django_structlog": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},
    },
}
