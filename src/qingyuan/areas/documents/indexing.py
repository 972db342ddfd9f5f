"""What can be found of documents: the newest approved text, before that the newest draft."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from qingyuan.areas.search import index
from qingyuan.areas.search.kinds import bring

from .models import Document, State
from .systems import titles

KIND = "document"
bring(KIND, _("文件"), "see_documents", "files")


def enter(document: Document) -> None:
    """Put it in as it now is, in the running transaction."""
    versions = list(document.versions.order_by("-number"))
    shown = next((one for one in versions if one.state == State.APPROVED), None) or next(
        iter(versions), None)
    words = [*titles(document.systems), document.maker, document.model,
             shown.text if shown else ""]
    index.put(document.organisation_id, KIND, f"{KIND}:{document.pk}", title=str(document),
              text="\n".join(word for word in words if word),
              link=reverse("documents:document", args=[document.pk]),
              at=(shown.approved_at or shown.created_at) if shown else document.created_at)


def remove(document: Document) -> None:
    """Take it out."""
    index.forget(document.organisation_id, KIND, [f"{KIND}:{document.pk}"])
