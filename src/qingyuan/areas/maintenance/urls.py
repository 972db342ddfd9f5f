"""Addresses of duties, plans, tasks and work orders."""

from django.urls import path

from .views import duties, letters, order_acts, order_page, orders

app_name = "maintenance"
urlpatterns = [
    path("duties/", duties.matrix, name="duties"),
    path("duties/list/", duties.duty_list, name="duty-list"),
    path("duties/list.<str:form>", duties.export, name="duty-export"),
    path("duties/items/<str:key>/", duties.duty, name="duty"),
    path("orders/", orders.order_list, name="orders"),
    path("orders/new/", orders.order_new, name="order-new"),
    path("orders/table.<str:form>", orders.export, name="order-export"),
    path("orders/<number:pk>/", order_page.order_page, name="order"),
    path("orders/<number:pk>/files/<sha256:digest>/", order_page.order_file, name="order-file"),
    path("orders/<number:pk>/letters/", letters.order_letter, name="order-letter"),
    path("orders/<number:pk>/<str:code>/", order_acts.act, name="order-act"),
    path("letters/", letters.letter_list, name="letters"),
    path("letters/new/", letters.letter_new, name="letter-new"),
    path("letters/<number:pk>/", letters.letter_page, name="letter"),
    path("letters/<number:pk>.pdf", letters.letter_pdf, name="letter-pdf"),
    path("letters/<number:pk>/files/<str:part>/", letters.letter_file, name="letter-file"),
    path("letters/<number:pk>/<str:code>/", letters.act, name="letter-act"),
]
