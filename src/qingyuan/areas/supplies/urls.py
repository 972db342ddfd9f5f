"""Addresses of supplies."""

from django.urls import path

from .views import importing, moves, parts, places, stock

app_name = "supplies"
urlpatterns = [
    path("supplies/", stock.stock, name="stock"),
    path("supplies/table.<str:form>", stock.export, name="stock-export"),
    path("supplies/reorder/", stock.reorder, name="reorder"),
    path("supplies/reorder.<str:form>", stock.reorder_export, name="reorder-export"),
    path("supplies/import/", importing.upload, name="import"),
    path("supplies/import/template.xlsx", importing.template, name="import-template"),
    path("supplies/parts/new/", parts.part_new, name="part-new"),
    path("supplies/parts/<number:pk>/", parts.part_page, name="part"),
    path("supplies/parts/<number:pk>/edit/", parts.part_edit, name="part-edit"),
    path("supplies/moves/", moves.moves, name="moves"),
    path("supplies/moves.<str:form>", moves.export, name="moves-export"),
    path("supplies/moves/<number:pk>/", moves.move_page, name="move"),
    path("supplies/stores/", places.stores, name="stores"),
    path("supplies/stores/<number:pk>/", places.store_page, name="store"),
    path("supplies/count/", places.count, name="count"),
    path("supplies/loans/", places.loans, name="loans"),
]
