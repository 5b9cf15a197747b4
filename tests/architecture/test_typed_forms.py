"""What is typed outlives a server that does not answer: the form is sent by htmx, and the page stays (`alertAt`). So
does the page of a press, of which nobody would know whether it was done.
"""

import re

import pytest

from tests.architecture.test_templates import TEMPLATES, wrong_in

FORM = re.compile(r"<form\b.*?</form>", re.DOTALL)
# Tags of Django and of Jinja may have a > in them.
HEAD = re.compile(r"<form\b(?:\{[{%].*?[%}]\}|[^>])*>", re.DOTALL)
TYPED = re.compile(
    r'data-guard|as_crispy_field|crispy\(|<textarea|class="form-control|'
    r'<input(?![^>]*type="(?:hidden|checkbox|radio|submit|file)")'
)
STAYS = re.compile(r'hx-boost="true"|hx-post=|role="search"|enctype="multipart/form-data"')
# Whoever is not let in yet: a password is typed again, and the whole page changes with who one is.
LOG_IN = ("login", "emergency", "one_time_code", "account/show", "mfa/", "account/reauthenticate")
# A choice for each column of a file: the answer is read for so long that a page of its own waits for it.
OTHERS = ("importing/_choices.html",)
# A press that leads to a file or a print, or to a page with a script or a look of its own; one that chooses who acts.
LEADS_OUT = re.compile(
    r'target="_blank"|data-leaves|"(?:work_list_pdf|work_file|batch_part|export_contacts|outage_file|outage_log_pdf|report_pdf'
    r'|log_extract|person_code|contact_columns|show_on_wall|choose_assignment|binder)"'
)
PRINTS = ("code_slips.html", "contact_list_parts.html", "_take_out_row.html", "confirm_there.html")


def left_by(page: str) -> list[str]:
    """The heads of the forms in which something is typed that a browser itself would send."""
    heads = [(found[0], head[0]) for found in FORM.finditer(page) if (head := HEAD.match(found[0]))]
    return [
        head
        for form, head in heads
        if 'method="post"' in head and TYPED.search(form) and not STAYS.search(head)
    ]


def pressed_alone(page: str) -> list[str]:
    """The heads of the forms that a browser itself would send, whatever is in them."""
    heads = [found[0] for found in HEAD.finditer(page)]
    return [
        head
        for head in heads
        if 'method="post"' in head and not STAYS.search(head) and not LEADS_OUT.search(head)
    ]


def test_every_press_is_sent_by_htmx():
    wrong = wrong_in(TEMPLATES, pressed_alone)
    assert [path for path in wrong if not any(name in path for name in (*LOG_IN, *OTHERS, *PRINTS))] == []


def test_every_form_in_which_something_is_typed_is_sent_by_htmx():
    wrong = wrong_in(TEMPLATES, left_by)
    assert [path for path in wrong if not any(name in path for name in (*LOG_IN, *OTHERS))] == []


@pytest.mark.parametrize(
    ("form", "left"),
    [
        ('<form method="post" action="{{ here }}" data-guard>{{ form }}</form>', True),
        ('<form method="post">{{ form.reason|as_crispy_field }}</form>', True),
        ('<form method="post"><textarea name="text"></textarea></form>', True),
        ('<form method="post"><input name="serial"></form>', True),
        ('<form method="post" data-guard hx-boost="true">{{ form }}</form>', False),
        ('<form method="post" role="search"><input name="sok"></form>', False),
        ('<form method="post"><input type="hidden" name="do"><button>Ångra</button></form>', False),
        ('<form method="get"><input name="serial"></form>', False),
    ],
)
def test_a_form_that_would_be_lost_is_seen(form: str, left: bool):
    assert bool(left_by(form)) is left


@pytest.mark.parametrize(
    ("form", "left"),
    [
        ('<form method="post" action="{% url "close_outage" outage.pk %}">', True),
        ('<form method="post" action="{% url "close_outage" outage.pk %}" hx-boost="true">', False),
        ('<form method="post" action="{% url "report_pdf" outage.pk %}">', False),
        ('<form method="post" action="{{ here }}" target="_blank">', False),
    ],
)
def test_a_press_that_the_browser_would_send_is_seen(form: str, left: bool):
    assert bool(pressed_alone(form)) is left
