"""Templates made quick say the same as Django's own, to the letter, and fail where they fail."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum
from types import SimpleNamespace
from typing import NamedTuple
from uuid import UUID

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.template import Context, Engine
from django.utils.safestring import mark_safe

from outage.project.settings import TEMPLATES

_ID = UUID("11111111-1111-4111-8111-111111111111")
_TEMPLATES = {
    "base.html": "<{% block top %}t{% endblock %}|{% block main %}m{{ word }}{% endblock %}>"
    "{% if lines %}{% block in_if %}i{% endblock %}{% endif %}",
    "middle.html": "{% extends 'base.html' %}"
    "{% block main %}({% block inner %}n{% endblock %}){{ block.super }}{% endblock %}",
    "leaf.html": "{% extends 'middle.html' %}"
    "{% block inner %}{{ word }}{{ block.super }}{% endblock %}{% block top %}{% endblock %}",
    "_part.html": "[{{ word }}{{ more }}{{ forloop.counter }}]",
    "_sets.html": "{% url 'chain' id as there %}{{ there }}",
    "_deeper.html": "{% include './_part.html' with more=word|upper %}{% include '_part.html' with more=1 only %}",
}
_SHOWN = """
{{ word }} {{ tagged }} {{ safe }} {{ safe|upper }} {{ tagged|upper }}
{{ number }} {{ big }} {{ half }} {{ yes }} {{ nothing }}
{{ missing }} {{ missing.more }} {{ word.missing }} {{ missing|default:"-" }}
{{ missing|default:word }} {{ nothing|default_if_none:"x" }}
{{ known.key }} {{ known.items }} {{ known.missing }} {{ known.0 }} {{ lines.0.word }}
{{ lines.9 }} {{ pair.first }} {{ pair.1 }} {{ word.0 }}
{{ thing.word }} {{ thing.method }} {{ thing.takes_one }} {{ thing.alters }}
{{ thing.gone }} {{ thing.missing }} {{ kind.value }} {{ kind.name }}
{{ Kind.ONE.value }} {{ function }} {{ at }} {{ at|date:"H.i" }} {{ day }}
{{ at.year }} {{ id }} {{ "text" }} {{ 12 }} {{ "<b>" }} {{ word|add:tagged }}
{{ tagged|safe }} {{ tagged|escape }} {{ lines|length }} {{ words|join:"<" }}
{{ words|first }} {{ number|stringformat:"03d" }} {{ True }} {{ template_name }}
{% if word %}a{% elif missing %}b{% else %}c{% endif %}{% if missing %}a{% elif number > 2 %}b{% endif %}
{% if not missing %}n{% endif %}
{% if missing.more == nothing %}same{% endif %}{% if word in known %}in{% endif %}
{% if "key" in known %}in{% endif %}{% if word not in nothing %}x{% else %}y{% endif %}
{% if number < word %}x{% else %}y{% endif %}{% if nothing is None and not yes or number >= 3 %}z{% endif %}
{% if number <= 3 and number != 4 and not missing %}z{% endif %}
{% if missing|length %}l{% endif %}
{% if word|add:missing %}p{% endif %}{% if yes is not missing %}q{% endif %}
{% for l in lines %}{{ forloop.revcounter0 }}{{ l.word }}{% if not forloop.last %},{% endif %}{% endfor %}
{% for line in lines %}{% for each in words %}{{ forloop.parentloop.counter }}{{ each }}{% endfor %}{% endfor %}
{% for line in missing %}x{% empty %}none{% endfor %}{% for line in nothing %}x{% empty %}none{% endfor %}
{% for key, value in known.items %}{{ key }}={{ value }};{% endfor %}
{% for one, two in pairs reversed %}{{ one }}{{ two }}{{ forloop.first }}{% endfor %}
{{ one }}{{ line }}{% for each in thing.made %}{{ each }}{% endfor %}
{% for each in word reversed %}{{ each }}{% endfor %}
{% with other=word|upper number=missing %}{{ other }}{{ number }}{% endwith %}
{{ other }}{{ number }}{% with more=thing.word %}{% include "_part.html" %}{% endwith %}
{% include "_deeper.html" %}{% include part %}{% include "_part.html" only %}
{% for line in lines %}{% include "_part.html" with more=line.word %}{% endfor %}
{% include "_sets.html" %}{{ there }}
{% url "chain" id %} {% url "chain" chain_id=id %} {% url "status" %} {% url "turn_new" 7 %}
{% url "admin:index" %} {% url "none" id as nowhere %}{{ nowhere }}
{% url "turn_new" "7" %} {% url "chain" id as there %}{{ there }}{% icon "warning" %}
{% icon word as drawn %}{{ drawn }}{% now "Y" as year %}{{ year|length }}
{% autoescape off %}{{ tagged }}{% if word %}{{ tagged|upper }}{% endif %}{% url "chain" id %}{% endautoescape %}
{% spaceless %} <b> {{ word }} </b> <i></i>{% endspaceless %}
{% filter upper %}{{ word }}{% if yes %}yes{% endif %}{% endfilter %}{% cycle "a" "b" %}
{% firstof missing word %}{% comment %}{{ x }}{% endcomment %}{{ at|dag }}
{{ at|klockslag }}
"""
_BROKEN = (
    "{{ thing.breaks }}",
    "{{ thing.breaks_by_type }}",
    "{% if thing.breaks %}x{% endif %}",
    "{% for one, two in words %}{{ one }}{% endfor %}",
    "{% for one, two in numbers %}{{ one }}{% endfor %}",
    "{% url 'chain' %}",
    "{% url 'chain' word %}",
    "{% url 'none' id %}",
    "{% include 'none.html' %}",
    "{{ word|add:missing }}",
    "{% icon missing.more|add:missing %}",
    "{{ function_that_breaks }}",
)


class _Kind(Enum):
    ONE = "one"


class _Pair(NamedTuple):
    first: str
    second: str


@dataclass
class _Thing:
    word: str = "thing's"

    def method(self) -> str:
        return "<called>"

    def takes_one(self, one: str) -> str:
        return one

    def alters(self) -> str:
        raise AssertionError

    alters.alters_data = True

    @property
    def gone(self) -> str:
        raise ObjectDoesNotExist

    @property
    def breaks(self) -> str:
        raise AttributeError("inside")

    @property
    def breaks_by_type(self) -> str:
        raise TypeError("inside")

    def made(self):
        yield from "ab"


def _fails() -> None:
    raise TypeError("inside")


def _context() -> Context:
    return Context(
        {
            "word": "åäö",
            "tagged": "<b>&'\"",
            "safe": mark_safe("<i>"),
            "number": 3,
            "big": 1234567,
            "half": 0.5,
            "yes": True,
            "nothing": None,
            "known": {"key": "<value>", "other": 2},
            "lines": [SimpleNamespace(word="one"), {"word": "two<"}],
            "words": ["x", "y<"],
            "numbers": [1, 2],
            "pair": _Pair("f", "s"),
            "pairs": [("a", 1), ("b", 2)],
            "thing": _Thing(),
            "kind": _Kind.ONE,
            "Kind": _Kind,
            "function": lambda: "<f>",
            "function_that_breaks": _fails,
            "at": datetime(2026, 11, 24, 9, 52, tzinfo=UTC),
            "day": date(2026, 11, 24),
            "id": _ID,
            "part": "_part.html",
        }
    )


def _engine(text: str, *, quick: bool) -> Engine:
    own = ("django.template.loaders.locmem.Loader", _TEMPLATES | {"page.html": text})
    options = {name: TEMPLATES[0]["OPTIONS"][name] for name in ("builtins",)}
    return Engine(loaders=[("outage.project.quick.Loader", [own])] if quick else [own], **options)


def _shown(text: str, *, quick: bool) -> list[str]:
    engine = _engine(text, quick=quick)
    # Twice: what is decided at the first rendering holds for the next one.
    return [engine.get_template("page.html").render(_context()) for _ in range(2)]


@pytest.mark.parametrize("text", [*_SHOWN.strip().splitlines(), *_TEMPLATES.values()])
def test_it_says_what_django_says(text):
    assert _shown(text, quick=True) == _shown(text, quick=False)


@pytest.mark.parametrize("text", _BROKEN)
def test_it_fails_as_django_fails(text):
    told = []
    for quick in (True, False):
        try:
            told.append(_shown(text, quick=quick))
        except Exception as error:
            told.append(type(error))
    assert told[0] == told[1]


def test_the_pages_are_made_quick():
    (loader, _), *_ = TEMPLATES[0]["OPTIONS"]["loaders"]
    assert loader == "outage.project.quick.Loader"
    page = _engine("{{ word }}", quick=True).get_template("page.html")
    assert "render_annotated" in vars(page.nodelist[0])
    assert "render_annotated" not in vars(
        _engine("{{ word }}", quick=False).get_template("page.html").nodelist[0]
    )
