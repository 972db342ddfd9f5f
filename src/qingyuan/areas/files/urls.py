"""Addresses of attachments."""

app_name = "files"
urlpatterns: list[object] = []
