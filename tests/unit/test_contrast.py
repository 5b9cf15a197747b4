"""The colours of static/css/tokens.css in both schemes, held to WCAG 2.1 AA, and the sheets to the tokens."""

import re
from pathlib import Path

import pytest
import tinycss2

CSS = Path(__file__).resolve().parents[2] / "static" / "css"
TEXT = 4.5
NOT_TEXT = 3.0
SCHEMES = ("light", "dark")

# Grounds that ordinary text, links and lines stand on.
GROUNDS = ("page", "surface", "sunk")
INKS_ON_GROUNDS = ("ink", "soft-ink", "link-ink")
# Text that stands on a ground of another name than its own.
CROSSED = [
    ("error-ink", "surface-bg", TEXT),
    ("saved-ink", "saved-bg", TEXT),
    ("error-ink", "page-bg", TEXT),
    ("action-ink", "action-hover-bg", TEXT),
    ("chosen-ink", "quiet-hover-bg", TEXT),
    ("quiet-ink", "quiet-hover-bg", TEXT),
    ("ink", "chosen-bg", TEXT),
    ("soft-ink", "chosen-bg", TEXT),
    ("link-ink", "chosen-bg", TEXT),
    ("control-line", "surface-bg", NOT_TEXT),
    ("error-line", "surface-bg", NOT_TEXT),
    ("chosen-line", "surface-bg", NOT_TEXT),
    ("chosen-line", "chosen-bg", NOT_TEXT),
    ("saved-ink", "surface-bg", NOT_TEXT),
    ("banner-outage-stripe", "banner-outage-bg", NOT_TEXT),
    ("banner-drill-stripe", "banner-drill-bg", NOT_TEXT),
    ("banner-ended-stripe", "banner-ended-bg", NOT_TEXT),
]

Rgb = tuple[int, int, int]


def _declared(rules: list) -> dict[str, str]:
    """The custom properties of the `:root` rules among `rules`."""
    found: dict[str, str] = {}
    for rule in rules:
        if rule.type != "qualified-rule" or tinycss2.serialize(rule.prelude).strip() != ":root":
            continue
        for line in tinycss2.parse_blocks_contents(rule.content, skip_comments=True, skip_whitespace=True):
            if line.type == "declaration" and line.name.startswith("--"):
                found[line.name[2:]] = tinycss2.serialize(line.value).strip()
    return found


def _tokens() -> dict[str, dict[str, str]]:
    sheet = tinycss2.parse_stylesheet(
        (CSS / "tokens.css").read_text(encoding="utf-8"), skip_comments=True, skip_whitespace=True
    )
    light = _declared(sheet)
    dark = dict(light)
    for rule in sheet:
        if rule.type == "at-rule" and "prefers-color-scheme: dark" in tinycss2.serialize(rule.prelude):
            inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
            dark |= _declared(inner)
    return {"light": light, "dark": dark}


TOKENS = _tokens()


def _colours(scheme: str) -> dict[str, Rgb]:
    found = {}
    for name, value in TOKENS[scheme].items():
        if re.fullmatch(r"#[0-9a-f]{6}", value):
            found[name] = tuple(int(value[i : i + 2], 16) for i in (1, 3, 5))
    return found


def _luminance(colour: Rgb) -> float:
    def linear(channel: int) -> float:
        part = channel / 255
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(channel) for channel in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Rgb, other: Rgb) -> float:
    """The WCAG contrast ratio of two colours, 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _pairs(scheme: str) -> list[tuple[str, str, float]]:
    names = _colours(scheme)
    own = [(name, name.removesuffix("-ink") + "-bg", TEXT) for name in names if name.endswith("-ink")]
    pairs = [pair for pair in own if pair[1] in names]
    pairs += [(ink, f"{ground}-bg", TEXT) for ink in INKS_ON_GROUNDS for ground in GROUNDS]
    return pairs + CROSSED


def test_the_ratio_is_that_of_wcag():
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast((0x76, 0x76, 0x76), (255, 255, 255)) == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_ink_can_be_read_on_its_ground(scheme):
    colours = _colours(scheme)
    pairs = _pairs(scheme)
    assert len(pairs) > 40
    poor = {
        f"{ink} on {ground}": round(contrast(colours[ink], colours[ground]), 2)
        for ink, ground, least in pairs
        if contrast(colours[ink], colours[ground]) < least
    }
    assert not poor


@pytest.mark.parametrize("scheme", SCHEMES)
def test_focus_shows_on_every_ground(scheme):
    colours = _colours(scheme)
    outer, inner = colours["focus-outer"], colours["focus-inner"]
    assert contrast(outer, inner) >= 7
    hidden = [
        name
        for name, ground in colours.items()
        if name.endswith("-bg") and max(contrast(outer, ground), contrast(inner, ground)) < NOT_TEXT
    ]
    assert not hidden


def test_the_dark_scheme_decides_every_colour_anew():
    left = {
        name
        for name, value in TOKENS["light"].items()
        if value.startswith("#") and TOKENS["dark"][name] == value
    }
    # White on a solid colour is white in both.
    assert left == {"action-ink", "urgent-ink"}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_banner_is_unlike_anything_else(scheme):
    colours = _colours(scheme)
    elsewhere = {colour for name, colour in colours.items() if not name.startswith("banner-")}
    for state in ("outage", "drill", "ended"):
        assert colours[f"banner-{state}-bg"] not in elsewhere
    grounds = {colours[f"banner-{state}-bg"] for state in ("none", "outage", "drill", "ended")}
    assert len(grounds) == 4


OUR_SHEETS = sorted(path for path in CSS.glob("*.css") if not path.name.startswith("paper"))


@pytest.mark.parametrize("path", [p for p in OUR_SHEETS if p.name != "tokens.css"], ids=lambda p: p.name)
def test_no_sheet_names_a_colour_of_its_own(path):
    text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[^{}]*;)|\b(?:rgb|hsl|oklch|color-mix)a?\(", text)


@pytest.mark.parametrize("path", OUR_SHEETS, ids=lambda p: p.name)
def test_every_variable_used_is_declared(path):
    used = set(re.findall(r"var\(--([a-z0-9-]+)\)", path.read_text(encoding="utf-8")))
    assert {name for name in used if not name.startswith("bs-")} <= set(TOKENS["light"])


@pytest.mark.parametrize("path", OUR_SHEETS, ids=lambda p: p.name)
def test_no_text_is_smaller_than_16_px(path):
    text = path.read_text(encoding="utf-8")
    sizes = re.findall(r"font-size:\s*([^;]+);", text)
    assert all(re.fullmatch(r"var\(--text[a-z-]*\)( !important)?", size.strip()) for size in sizes)
    for name, value in TOKENS["light"].items():
        if name == "text" or name.startswith("text-"):
            assert float(value.removesuffix("rem")) >= 1
