"""Addresses of attachments."""

from django.urls import path, register_converter

from . import views


class Digest:
    """A SHA-256 in hex."""

    regex = "[0-9a-f]{64}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Digest, "sha256")
app_name = "files"
urlpatterns = [
    path("files/", views.keep, name="keep"),
    path("files/<sha256:sha256>/", views.file, name="file"),
]
