"""Addresses of record forms, records, presence, desk and review."""

from django.urls import path, register_converter

from .views import (
    entries,
    form_page,
    forms,
    label,
    pdf,
    presence,
    review,
    review_figures,
    review_record,
    setup,
)

register_converter(pdf.Month, "month")
app_name = "records"
urlpatterns = [
    path("forms/", forms.form_list, name="forms"),
    path("forms/<str:code>/", form_page.form_page, name="form"),
    path("forms/<str:code>/live/", form_page.live, name="form-live"),
    path("forms/<str:code>/print/", forms.paper, name="form-print"),
    path("points/<number:pk>/check-in/", presence.check_in, name="check-in"),
    path("points/<number:pk>/entries/", entries.entries, name="entries"),
    path("points/<number:pk>/entries.<str:form>", entries.entries_file, name="entries-file"),
    path("presence/", presence.presence_list, name="presence"),
    path("presence.<str:form>", presence.presence_file, name="presence-file"),
    path("presence/<number:pk>/decide/", presence.presence_decide, name="presence-decide"),
    path("review/", review.queue, name="review"),
    path("review/accept/", review.accept_many, name="review-accept-many"),
    path("review/statistics/", review_figures.statistics, name="review-statistics"),
    path("review/statistics.<str:form>", review_figures.statistics_file,
         name="review-statistics-file"),
    path("review/settings/", review_figures.settings_page, name="review-settings"),
    path("review/<number:pk>/", review_record.record_page, name="review-record"),
    path("review/<number:pk>/charts.json", review_record.charts, name="review-charts"),
    path("review/<number:pk>/data/", review_record.data, name="review-data"),
    path("review/<number:pk>/accept/", review.decide, {"verb": "accept"}, name="review-accept"),
    path("review/<number:pk>/return/", review.decide, {"verb": "return"}, name="review-return"),
    path("review/<number:pk>/next/", review.skip, name="review-skip"),
    path("setup/", setup.setup, name="setup"),
    path("setup/template.xlsx", setup.template, name="setup-template"),
    path("setup/export.xlsx", setup.export, name="setup-export"),
    path("setup/<str:id>/", setup.result, name="setup-result"),
    path("setup/<str:id>/progress/", setup.progress, name="setup-progress"),
    path("setup/<str:id>/take/", setup.take, name="setup-take"),
    path("setup/<str:id>/links/", setup.links, name="setup-links"),
    path("setup/<str:id>/rejects.xlsx", setup.rejects, name="setup-rejects"),
    path("records/<number:pk>.pdf", pdf.record, name="record-pdf"),
    path("points/<number:pk>/records/<month:month>.pdf", pdf.month, name="month-pdf"),
    path("q/<slug:code>/", label.label, name="label"),
    path("q/<slug:code>/records/<number:pk>/", label.record, name="label-record"),
    path("q/<slug:code>/records/<number:pk>.pdf", label.record_pdf, name="label-record-pdf"),
    path("q/<slug:code>/records/<number:pk>/files/<sha256:sha256>/", label.record_file,
         name="label-file"),
]
