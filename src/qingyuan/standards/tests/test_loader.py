"""What the loader refuses, by file and entry; what it takes."""

from datetime import date

import pytest

from qingyuan.standards import BadBook, load

SOUND = '''
standard = "HJ 75-2017"
title = "烟气"
[[provision]]
name = "gas.day.min_valid_hours"
title = "有效日均值所需最少有效小时数"
unit = "h"
[[provision.value]]
since = 2018-03-01
value = 20
clause = "12.1"
status = "text"
source = "标准原文"
'''
SWITCH = '''
standard = "HJ 75-2017"
title = "烟气"
[[provision]]
name = "gas.month.mean"
title = "月均值的计算方式"
unit = ""
choices = ["mean_of_days", "mean_of_hours"]
[[provision.value]]
since = 2018-03-01
value = "mean_of_days"
clause = "附录D"
status = "recalled"
source = "凭记忆"
why = "月报表由日均值列出"
[[provision.value.reading]]
value = "mean_of_hours"
clause = "附录D"
status = "recalled"
source = "凭记忆"
why = "税法按小时"
'''
SECOND = SOUND[SOUND.index("[[provision.value]]"):]


@pytest.fixture
def folder(tmp_path):
    def write(**files):
        for name, text in files.items():
            (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
        return tmp_path

    return write


def faults(folder):
    with pytest.raises(BadBook) as refused:
        load(folder)
    return refused.value.problems


def test_a_sound_file_is_taken_as_it_stands(folder):
    book = load(folder(hj75=SOUND))
    found = book.at("gas.day.min_valid_hours", date(2018, 3, 1))
    assert (found.value, found.unit, found.cite(), found.status, found.until) == (
        20, "h", "HJ 75-2017 12.1", "text", None)
    assert book.standards == {"HJ 75-2017": "烟气"}


def test_a_switch_carries_its_readings_and_choices(folder):
    found = load(folder(hj75=SWITCH)).at("gas.month.mean", date(2020, 1, 1))
    assert [(r.value, r.why) for r in found.readings] == [("mean_of_hours", "税法按小时")]
    assert found.words() == ("mean_of_days", "mean_of_hours")


@pytest.mark.parametrize(("old", "new", "said"), [
    ('clause = "12.1"\n', "", "gas.day.min_valid_hours: lacks clause"),
    ('unit = "h"\n', "", "gas.day.min_valid_hours: lacks unit"),
    ('standard = "HJ 75-2017"\n', "", "the file: lacks standard"),
    ('unit = "h"', 'unit = "h"\ncolour = 1', "has unknown keys colour"),
    ('status = "text"', 'status = "text"\nnote = 1', "has unknown keys note"),
    ('unit = "h"', 'unit = "hours"', "unit 'hours' is not in the list of units"),
    ('status = "text"', 'status = "sure"',
     "gas.day.min_valid_hours since 2018-03-01: status 'sure' is not one of"),
    ("since = 2018-03-01", "since = 2018-03-01\nuntil = 2018-02-28",
     "until 2018-02-28 lies before since 2018-03-01"),
    ("since = 2018-03-01", "since = 2018-03-01T00:00:00", "since and until are dates"),
    ("since = 2018-03-01", 'since = "2018-03-01"', "since and until are dates"),
    ('status = "text"\nsource = "标准原文"', 'status = "recalled"\nsource = " "',
     "a recalled value needs a source"),
    ('status = "text"\nsource = "标准原文"', 'status = "secondary"\nsource = ""',
     "a secondary value needs a source"),
    ('name = "gas.day.min_valid_hours"', 'name = "Gas-Day"', "Gas-Day: a name is dotted"),
    ("value = 20", "value = [20]", "is not a number, a boolean or a word"),
    ("value = 20", "value = nan", "is not a number, a boolean or a word"),
    ("value = 20", 'value = "twenty"', "the word 'twenty' needs choices or a reading"),
    ('unit = "h"', 'unit = "h"\nscope = "county:65"', "scope 'county:65' is not region"),
    ('unit = "h"', 'unit = "h"\nchoices = ["a", "b"]', "choices are for words only"),
    ("[[provision.value]]", "[provision.value]", "value is not an array of tables"),
])
def test_a_faulty_entry_is_refused_with_file_and_name(folder, old, new, said):
    assert old in SOUND
    found = faults(folder(hj75=SOUND.replace(old, new, 1)))
    assert [f for f in found if f.startswith("hj75.toml: ") and said in f], found


@pytest.mark.parametrize(("old", "new", "said"), [
    ('value = "mean_of_hours"', 'value = "mean_of_days"',
     "the reading 'mean_of_days' is no other value"),
    ('value = "mean_of_hours"', "value = 3", "the reading 3 is of another type"),
    ('value = "mean_of_hours"', 'value = "median"', "'median' is not one of its choices"),
    ('value = "mean_of_days"', 'value = "mean_of_weeks"', "'mean_of_weeks' is not one of its"),
    ('why = "月报表由日均值列出"\n', "", "its own why must say why it was chosen"),
    ('why = "税法按小时"\n', "", "reading: lacks why"),
    ('why = "税法按小时"', 'why = ""', "does not say what speaks for it"),
    ('choices = ["mean_of_days", "mean_of_hours"]', 'choices = ["mean_of_days"]',
     "choices are two or more words"),
])
def test_a_faulty_reading_is_refused(folder, old, new, said):
    assert old in SWITCH
    found = faults(folder(hj75=SWITCH.replace(old, new, 1)))
    assert [f for f in found if f.startswith("hj75.toml: gas.month.mean") and said in f], found


def test_text_that_is_not_toml_names_file_and_line(folder):
    (found,) = faults(folder(hj75=SOUND + "\nvalue 3"))
    assert found.startswith("hj75.toml: not TOML:")
    assert "line" in found


def test_a_file_saved_with_a_byte_order_mark_is_taken(folder):
    assert load(folder(hj75="\ufeff" + SOUND)).names() == ("gas.day.min_valid_hours",)


def test_what_is_no_file_is_refused_by_name(tmp_path):
    (tmp_path / "hj75.toml").mkdir()
    assert faults(tmp_path)[0].startswith("hj75.toml: cannot be read:")


def test_a_folder_without_provisions_is_refused(tmp_path):
    (found,) = faults(tmp_path)
    assert str(tmp_path) in found


def test_a_provision_stands_in_a_file_once(folder):
    again = SOUND[SOUND.index("[[provision]]"):]
    assert any("hj75.toml: gas.day.min_valid_hours: is in this file twice" in f
               for f in faults(folder(hj75=SOUND + again)))


def test_a_standard_has_one_file(folder):
    assert any("hj75b.toml: HJ 75-2017: has a file already, hj75.toml" in f
               for f in faults(folder(hj75=SOUND, hj75b=SOUND)))


def test_the_same_value_from_the_same_day_in_another_file_is_double(folder):
    other = SOUND.replace("HJ 75-2017", "HJ 76-2017")
    assert any("hj76.toml: gas.day.min_valid_hours since 2018-03-01: a second value" in f
               for f in faults(folder(hj75=SOUND, hj76=other)))


@pytest.mark.parametrize(("until", "sound"), [("2019-12-31", True), ("2020-01-01", False)])
def test_spans_may_touch_but_not_share_a_day(folder, until, sound):
    text = (SOUND.replace("since = 2018-03-01", f"since = 2018-03-01\nuntil = {until}")
            + SECOND.replace("2018-03-01", "2020-01-01"))
    where = folder(hj75=text)
    if not sound:
        assert any("hj75.toml" in f and "overlaps" in f for f in faults(where))
        return
    book = load(where)
    assert [p.since for p in book.history("gas.day.min_valid_hours")] == [
        date(2018, 3, 1), date(2020, 1, 1)]


@pytest.mark.parametrize(("old", "new", "said"), [
    ('unit = "h"', 'unit = "min"', "unit"), ("value = 20", "value = 20.0", "float"),
])
def test_a_name_keeps_its_unit_and_type_in_every_file(folder, old, new, said):
    local = (SOUND.replace("HJ 75-2017", "DB65/T 1-2020").replace(old, new)
             .replace("2018-03-01", "2020-01-01")
             .replace('title = "有', 'scope = "region:65"\ntitle = "有'))
    found = faults(folder(hj75=SOUND, db65=local))
    assert [f for f in found if "gas.day.min_valid_hours" in f and said in f], found


def test_all_faults_are_told_at_once(folder):
    text = SOUND.replace('unit = "h"', 'unit = "hours"')
    assert len(faults(folder(a=text, b="x ="))) == 2
