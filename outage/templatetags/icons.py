"""Icons from the one sprite. A page has dozens of them, so each is rendered once and cached."""

from functools import lru_cache

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon of icons.svg as decoration: its meaning is in the text beside it."""
    return _svg(str(name))


@lru_cache(maxsize=128)
def _svg(name: str) -> SafeString:
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("icons.svg"),
        name,
    )
