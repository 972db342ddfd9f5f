from django.apps import AppConfig
from django.urls import register_converter


class Digest:
    """A SHA-256 in hex, in an address."""

    regex = "[0-9a-f]{64}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class Config(AppConfig):
    name = "qingyuan.areas.files"
    label = "files"

    def ready(self) -> None:
        """Addresses of all areas may have a ``<sha256:…>``."""
        register_converter(Digest, "sha256")
