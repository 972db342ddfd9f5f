"""Addresses of signing in and out, of colleagues, and of a person's API tokens."""

from django.urls import path

from . import people_views, token_views, views

app_name = "organisations"
urlpatterns = [
    path("sign-in/", views.sign_in_page, name="sign-in"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("act-for/", views.choose, name="choose"),
    path("people/", people_views.people_list, name="people"),
    path("people/new/", people_views.new, name="person-new"),
    path("people/<number:pk>/", people_views.person, name="person"),
    path("people/<number:pk>/roles/<number:membership>/", people_views.switch,
         name="membership-switch"),
    path("account/start/<str:uid>/<str:token>/", people_views.start, name="start"),
    path("account/tokens/", token_views.token_list, name="tokens"),
    path("account/tokens/<number:pk>/withdraw/", token_views.withdraw, name="token-withdraw"),
]
