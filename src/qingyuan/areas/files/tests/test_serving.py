"""Files over HTTP: own organisation only, safe headers, once sent not again."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from qingyuan.areas.files import actions, store
from qingyuan.areas.files.models import Attachment

pytestmark = pytest.mark.django_db


def sent(client, data: bytes, **facts):
    return client.post("/files/", {"file": SimpleUploadedFile("现场.jpg", data), **facts})


def test_a_page_uploads_and_gets_what_its_answer_needs(browser_of, photo):
    client = browser_of("engineer")
    answer = sent(client, photo(), kind="photo", taken_at="2026-11-23T14:01:00", latitude="43.9",
                  longitude="87.7", accuracy="12.5", place="1 号排口")
    assert answer.status_code == 200
    row = Attachment.objects.get()
    assert answer.json() == {
        "sha256": row.sha256, "name": "现场.jpg", "size": len(photo()), "kind": "photo",
        "media_type": "image/jpeg", "at": "2026-11-23T14:01:00+08:00", "lat": 43.9, "lon": 87.7,
        "accuracy": 12.5}


def test_refusals_are_json_with_sentences(browser_of, photo):
    client = browser_of("engineer")
    assert client.post("/files/").json()["errors"]["file"] == ["请选择文件"]
    disguised = sent(client, b"<html>", kind="photo")
    assert (disguised.status_code, "不支持" in disguised.json()["errors"]["file"][0]) == (422, True)
    assert sent(client, photo(), latitude="north").json()["errors"] == {"latitude": ["请填写数字"]}
    assert sent(client, photo(), taken_at="noon").status_code == 422
    assert sent(browser_of("inspector"), photo()).status_code == 403
    assert sent(Client(), photo()).status_code == 401
    assert not Attachment.objects.exists()


def test_headers_let_no_script_run_and_no_cache_share(browser_of, cast, photo):
    row = actions.keep(cast.engineer, photo(), kind="photo", name="现场.html")
    answer = browser_of("reviewer").get(f"/files/{row.sha256}/")
    assert answer.content == photo()
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"] == "inline; filename*=utf-8''%E7%8E%B0%E5%9C%BA.jpg"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["Cache-Control"] == "private, max-age=3600"


def test_what_is_no_picture_or_pdf_is_only_downloaded(browser_of, cast):
    row = actions.keep(cast.engineer, b"\0\0\0\x18ftypisom\0\0\0\0", kind="file", name="录像.mp4")
    answer = browser_of("engineer").get(f"/files/{row.sha256}/?view=1")
    assert answer["Content-Disposition"].startswith("attachment")


def test_the_copy_and_the_original_have_marks_of_their_own(browser_of, cast, photo):
    row = actions.keep(cast.engineer, photo(), kind="photo")
    client = browser_of("engineer")
    whole, copy = (client.get(f"/files/{row.sha256}/{query}") for query in ("", "?view=1"))
    assert whole.content != copy.content
    assert client.get(f"/files/{row.sha256}/", headers={"if-none-match": whole["ETag"]}
                      ).status_code == 304
    assert client.get(f"/files/{row.sha256}/?view=1", headers={"if-none-match": whole["ETag"]}
                      ).status_code == 200


def test_another_units_file_is_not_there(browser_of, cast, photo):
    row = actions.keep(cast.engineer, photo(), kind="photo")
    for who in ("outsider", "discharger", "inspector"):
        assert browser_of(who).get(f"/files/{row.sha256}/").status_code == 404
        assert browser_of(who).get(f"/api/v1/files/{row.sha256}").status_code == 404
        assert browser_of(who).get(f"/api/v1/files/{row.sha256}/content").status_code == 404
    assert browser_of("officer").get(f"/files/{row.sha256}/").status_code == 403
    assert Client().get(f"/files/{row.sha256}/").status_code == 302
    assert browser_of("engineer").get("/files/../../qingyuan.sqlite/").status_code == 404


def test_a_lost_file_is_told_in_words(browser_of, cast, photo):
    row = actions.keep(cast.engineer, photo(), kind="photo")
    store.path_of(row.sha256).unlink()
    answer = browser_of("engineer").get(f"/files/{row.sha256}/")
    assert (answer.status_code, "备份" in answer.content.decode()) == (500, True)


def test_the_api_keeps_lists_and_hands_out(browser_of, photo):
    client = browser_of("engineer")
    kept = client.post("/api/v1/files/", {
        "file": SimpleUploadedFile("现场.jpg", photo()), "kind": "photo", "accuracy": "5"})
    assert kept.status_code == 200, kept.content
    sha256 = kept.json()["sha256"]
    listed = client.get("/api/v1/files/?kind=photo").json()
    assert (listed["count"], listed["items"][0]["accuracy"]) == (1, 5.0)
    assert client.get("/api/v1/files/?kind=scan").json()["count"] == 0
    assert client.get(f"/api/v1/files/{sha256}").json()["who"] == "示例engineer"
    assert client.get(f"/api/v1/files/{sha256}/content").content == photo()
    refused = client.post("/api/v1/files/", {"file": SimpleUploadedFile("x.jpg", b"GIF89a")})
    assert (refused.status_code, "file" in refused.json()["errors"]) == (422, True)
    assert browser_of("officer").get("/api/v1/files/").status_code == 403
