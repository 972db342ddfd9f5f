"""Django's entry for the shared look: base templates, template tags, static files."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "qingyuan.ui"
    label = "ui"
    verbose_name = "界面"
