from django.apps import AppConfig


class Journey(AppConfig):
    name = "amble.care.journey"
    label = "journey"
