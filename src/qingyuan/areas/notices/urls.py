"""Addresses of notices."""

from django.urls import path

from .views import channels, deliveries, inbox, own, roster

app_name = "notices"
urlpatterns = [
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/read/", inbox.read_all, name="inbox-read"),
    path("inbox/badge/", inbox.badge, name="inbox-badge"),
    path("inbox/<number:pk>/", inbox.follow, name="notice"),
    path("inbox/settings/", own.settings_page, name="notice-settings"),
    path("inbox/settings/last/", own.tries, name="notice-tries"),
    path("inbox/settings/test/<number:pk>/", own.try_own, name="notice-test"),
    path("channels/", channels.channel_list, name="channels"),
    path("channels/new/", channels.new, name="channel-new"),
    path("channels/<number:pk>/", channels.channel, name="channel"),
    path("channels/<number:pk>/last/", channels.lasts, name="channel-last"),
    path("channels/<number:pk>/switch/", channels.switch, name="channel-switch"),
    path("channels/<number:pk>/test/", channels.test, name="channel-test"),
    path("deliveries/", deliveries.delivery_list, name="deliveries"),
    path("deliveries/retry/", deliveries.retry, name="delivery-retry"),
    path("deliveries/export.<slug:form>", deliveries.export, name="delivery-export"),
    path("roster/", roster.roster_page, name="roster"),
    path("roster/new/", roster.new, name="shift-new"),
    path("roster/remove/", roster.remove, name="shift-remove"),
]
