"""Forms of scenarios."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from qingyuan.areas.organisations.regions import prefectures, short_word
from qingyuan.assess.capability.facts import Facts

from . import whatif

WHATS = (
    ("sign", _("签约点位")), ("end", _("合同终止")), ("hire", _("聘用人员")),
    ("leave", _("人员离职")), ("vehicles", _("购置车辆")), ("office", _("新设办事处")),
    ("stock", _("备件入库")))
NEEDS = {
    "sign": ("prefecture", "kind", "points", "sets"), "end": ("prefecture", "points"),
    "hire": ("count", "posts", "kinds"), "leave": ("person",),
    "vehicles": ("prefecture", "count"), "office": ("prefecture", "area", "vehicles"),
    "stock": ("item", "count")}


class NameForm(forms.Form):
    """A scenario's name, note, and whether it is going to happen."""

    name = forms.CharField(label=_("名称"), max_length=64)
    note = forms.CharField(label=_("说明"), max_length=400, required=False)
    planned = forms.BooleanField(label=_("列为计划，计入预测"), required=False)


class ChangeForm(forms.Form):
    """One change; the fields that count depend on what it is."""

    what = forms.ChoiceField(label=_("变化"), choices=WHATS)
    start = forms.DateField(label=_("开始日期"), widget=forms.DateInput(attrs={"type": "date"}))
    prefecture = forms.ChoiceField(label=_("地州市"), required=False)
    kind = forms.ChoiceField(label=_("类别"), required=False)
    points = forms.IntegerField(label=_("点位数"), min_value=1, max_value=whatif.MOST,
                                required=False)
    sets = forms.IntegerField(label=_("每点台套数"), min_value=1, max_value=100, required=False,
                              initial=1)
    count = forms.IntegerField(label=_("数量"), min_value=1, max_value=whatif.MOST,
                               required=False)
    posts = forms.MultipleChoiceField(label=_("岗位"), required=False,
                                      widget=forms.CheckboxSelectMultiple)
    kinds = forms.MultipleChoiceField(label=_("证书"), required=False,
                                      widget=forms.CheckboxSelectMultiple)
    person = forms.ChoiceField(label=_("人员"), required=False)
    area = forms.FloatField(label=_("面积（m²）"), min_value=0, max_value=whatif.MOST,
                            required=False)
    vehicles = forms.IntegerField(label=_("车辆数"), min_value=0, max_value=1000, required=False)
    item = forms.ChoiceField(label=_("备件"), required=False)

    def __init__(self, facts: Facts, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds, posts = whatif.words()
        empty: list[tuple[str, str]] = [("", "—")]
        self.fields["prefecture"].choices = empty + [
            (short_word(code), name) for code, name in prefectures()]
        self.fields["kind"].choices = empty + list(kinds.items())
        self.fields["kinds"].choices = list(kinds.items())
        self.fields["posts"].choices = list(posts.items())
        self.names = {one.id: one.name for one in facts.people or () if one.left is None}
        self.fields["person"].choices = empty + list(self.names.items())
        self.fields["item"].choices = empty + [
            (one.name, one.name) for one in (*(facts.consumables or ()),
                                             *(facts.core_spares or ()))]

    def change(self) -> dict[str, Any]:
        """What was typed as a change; only the fields that count."""
        given = self.cleaned_data
        found: dict[str, Any] = {"what": given["what"], "from": given["start"].isoformat()}
        for name in NEEDS[given["what"]]:
            found[name] = given[name]
        if "sets" in found:
            found["sets"] = found["sets"] or 1
        if "vehicles" in found:
            found["vehicles"] = found["vehicles"] or 0
        if given["what"] == "leave":
            found["name"] = self.names.get(given["person"], "")
        return found
