from django.apps import AppConfig


class Audit(AppConfig):
    name = "amble.care.audit"
    label = "audit"
