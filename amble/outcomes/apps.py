from django.apps import AppConfig


class OutcomesConfig(AppConfig):
    name = "amble.outcomes"
    label = "outcomes"
