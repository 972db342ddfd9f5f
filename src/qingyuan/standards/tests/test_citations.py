"""What the table of laws refuses."""

import pytest

from qingyuan.standards import BadBook, citations

LAW = '''
[[citation.law]]
since = 2020-01-01
until = 2025-12-31
name = "示例条例"
article = "第一条"
status = "text"
source = "正文"
'''
SOUND = '[[citation]]\nkey = "fault.report"\ntitle = "故障报告"' + LAW


@pytest.fixture
def refused(tmp_path):
    def read(text):
        (tmp_path / "citations.toml").write_text(text, encoding="utf-8")
        with pytest.raises(BadBook) as found:
            citations(tmp_path)
        return found.value.problems

    return read


def test_a_folder_without_laws_has_none(tmp_path):
    assert citations(tmp_path) == {}


def test_a_sound_table_is_taken(tmp_path):
    (tmp_path / "citations.toml").write_text(SOUND, encoding="utf-8")
    (found,) = citations(tmp_path)["fault.report"]
    assert found.cite() == "示例条例 第一条"


@pytest.mark.parametrize(("text", "said"), [
    (SOUND.replace('article = "第一条"\n', ""), "示例条例: lacks article"),
    (SOUND.replace('article = "第一条"', 'article = "第一条"\npage = 3'), "unknown keys page"),
    (SOUND.replace('title = "故障报告"', ""), "lacks title"),
    (SOUND.replace("until = 2025-12-31", "until = 2019-12-31"), "lies before since"),
    (SOUND.replace('"text"', '"sure"'), "status 'sure'"),
    (SOUND.replace('source = "正文"', 'source = ""'), "needs a source"),
    (SOUND + LAW.replace("2020-01-01", "2025-12-31").replace("until = 2025", "until = 2026"),
     "overlaps"),
    (SOUND + "\n" + SOUND, "is there twice"),
    (SOUND.replace(LAW, "\nlaw = []"), "has no law"),
])
def test_a_faulty_table_names_file_and_key(refused, text, said):
    assert text != SOUND
    found = refused(text)
    assert [f for f in found if f.startswith("citations.toml: fault.report: ") and said in f], found
