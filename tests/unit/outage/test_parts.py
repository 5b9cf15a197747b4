"""Jinja's files show what a template of Django would: escaped, empty where something is missing, with its addresses."""

import re
from dataclasses import dataclass
from types import SimpleNamespace
from uuid import UUID

import pytest
from django.template import Context, Template
from django.urls import NoReverseMatch, reverse, set_script_prefix
from jinja2.meta import find_undeclared_variables

from outage.templatetags.parts import _FOLDER, compile_all, environment, url

_ID = UUID("11111111-1111-4111-8111-111111111111")


@dataclass
class Patient:
    name: str
    identity: str = ""
    protected: bool = False
    namesake: bool = False


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("{{ text }}", "&lt;b&gt; &amp; &#34;o&#39;"),
        (
            "{{ text|capfirst }}{{ [text]|join('<') }}",
            "&lt;b&gt; &amp; &#34;o&#39;&lt;b&gt; &amp; &#34;o&#39;",
        ),
        ("{{ missing }}{{ missing.more }}{{ thing.missing.more }}{{ none.more }}", ""),
        ("{% if missing.more %}x{% else %}y{% endif %}", "y"),
        ("{% macro m(a) %}<i>{{ a }}</i>{% endmacro %}{{ m('<') }}", "<i>&lt;</i>"),
        ("{{ icon('<') }}", "#&lt;"),
    ],
)
def test_what_is_shown(source: str, shown: str):
    found = environment().from_string(source).render(text="<b> & \"o'", thing=SimpleNamespace(), none=None)
    assert found.endswith(f'{shown}"></use></svg>') if "icon" in source else found == shown


def test_a_component_is_a_tag_in_a_template_of_django():
    context = Context({"patient": Patient("<b>", protected=True), "number": "<1234567>"})
    shown = Template("{% patient patient %}|{% identity patient %}|{% tel number %}").render(context)
    name, identity, tel = shown.split("|")
    assert name.startswith("<svg")
    assert name.endswith("</svg> &lt;b&gt;")
    assert identity == ""
    assert tel.startswith('<span class="tel"><svg')
    assert tel.endswith("&lt;1234567&gt;</span>")


def test_a_namesake_is_marked_also_where_nobody_knows_the_number():
    for number, shown in (("", "Samma namn"), ("1212", "1212 Samma namn")):
        context = Context({"patient": Patient("Anna Ek", number, namesake=True)})
        found = Template("{% identity patient %}").render(context)
        assert " ".join(re.sub("<[^>]*>", "", found).split()) == shown


def test_a_component_takes_the_form_and_the_page_that_it_stands_on_unless_given_another():
    page = SimpleNamespace(in_each_form="[page]", taken_up="")
    context = Context(
        {"page": page, "form": {"opened": "[form]"}, "client_id": "<1>", "other": {"opened": "[other]"}}
    )
    own = '<input type="hidden" name="client_id" value="{}">'
    assert Template("{% form_ids %}").render(context) == "[page][form]" + own.format("&lt;1&gt;")
    assert Template("{% form_ids form=other client_id=2 %}").render(context) == "[page][other]" + own.format(
        "2"
    )
    assert Template('{% form_ids client_id="" %}').render(context) == "[page][form]"


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("status", []),
        ("chain", [_ID]),
        ("turn_new", [7]),
        ("turn_new", ["7"]),
        ("checklist_tick", ["slutenvard"]),
        ("chain", [str(_ID)]),
    ],
)
def test_addresses(name: str, ids: list[object]):
    for prefix in ("/", "/under/", "/"):
        set_script_prefix(prefix)
        assert url(name, *ids) == reverse(name, args=ids)


@pytest.mark.parametrize(
    ("name", "ids"), [("nowhere", [_ID]), ("chain", []), ("chain", [7]), ("status", [_ID])]
)
def test_an_address_that_is_none_fails(name: str, ids: list[object]):
    with pytest.raises(NoReverseMatch):
        url(name, *ids)


def test_a_form_is_not_shown_without_the_page_that_its_token_is_of():
    with pytest.raises(KeyError, match="page"):
        Template("{% form_ids %}").render(Context({"form": {"opened": "[form]"}}))


def test_what_is_imported_is_given_all_that_it_shows():
    """An imported macro does not see the page: a name that it was not given would be shown as nothing."""
    sources = {
        name: (_FOLDER / name).read_text(encoding="utf-8") for name in environment().list_templates(["jinja"])
    }
    imported = {
        name for source in sources.values() for name in re.findall(r'{% (?:import|from) "([^"]+)"', source)
    }
    assert "components.jinja" in imported
    unknown = {
        name: find_undeclared_variables(environment().parse(sources[name])) - environment().globals.keys()
        for name in imported
    }
    assert {name: names for name, names in unknown.items() if names} == {}


def test_all_are_compiled_before_anybody_is_answered():
    environment().cache.clear()
    compile_all()
    known = {name for _, name in environment().cache}
    assert {"components.jinja", "outage/status/now.jinja", "outage/status/_owed.jinja"} <= known
