from django.apps import AppConfig


class Config(AppConfig):
    name = "qingyuan.reporting"
    label = "reporting"
