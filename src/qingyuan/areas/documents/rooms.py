"""The rooms of documents."""

from django.utils.translation import gettext_lazy as _

from qingyuan.areas.organisations.scope import MAY
from qingyuan.ui.navigation import Room, bring

bring("unit", {
    70: Room(_("文件"), "files", "documents:documents",
             ("documents:documents", "documents:document", "documents:document-new",
              "documents:document-edit", "documents:systems", "documents:to-read",
              "documents:document-diff", "documents:document-settings"),
             MAY["see_documents"]),
})
