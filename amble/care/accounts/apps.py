from django.apps import AppConfig


class Accounts(AppConfig):
    name = "amble.care.accounts"
    label = "accounts"
