from django.apps import AppConfig


class Records(AppConfig):
    name = "amble.care.records"
    label = "records"
