"""What histories call the acts on files."""

from django.utils.translation import gettext_lazy as _

from qingyuan.areas.organisations.history import bring

bring("files", verbs={
    "keep_file": _("上传文件"),
}, names={
    "latitude": _("纬度"),
    "longitude": _("经度"),
    "media_type": _("文件类型"),
    "sha256": _("数据摘要"),
    "size": _("字节数"),
    "taken_at": _("拍摄时间"),
})
