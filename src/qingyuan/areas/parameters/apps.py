from django.apps import AppConfig


class Config(AppConfig):
    name = "qingyuan.areas.parameters"
    label = "parameters"

    def ready(self) -> None:
        from qingyuan.areas.organisations.references import register

        from .references import shown

        register("filing", shown)
