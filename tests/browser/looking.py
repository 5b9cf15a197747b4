"""Looks at a page as it stands: for whom it would be hard to use, and whether it fits its window."""

from typing import Any, Literal

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Locator, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from tests.long import runs

# Names of addresses that show no page of ours: an answer to a form, a part of a page, a file, a machine's question.
NO_PAGE = {
    "acknowledge",
    "assignment_end",
    "assignment_restore",
    "batch_part",
    "call_support",
    "calls_to_make",
    "chain_sheet",
    "chain_sip",
    "chain_sip_invitation",
    "chain_sip_patient",
    "checklist_pdf",
    "checklist_tick",
    "complete_discharge",
    "contact_columns",
    "contact_list",
    "contact_restore",
    "confirm_rota",
    "confirm_staff",
    "contact_retire",
    "demo_login",
    "export_contacts",
    "rota_file",
    "turn_withdraw",
    "flag_called_number",
    "flag_number",
    "alive",
    "metrics",
    "health",
    "lock",
    "overview_chain",
    "overview_now",
    "closing_now",
    "head_now",
    "overview_wall_now",
    "show_on_wall",
    "log_extract",
    "log_report",
    "log_sheet_pdf",
    "mfa_download_recovery_codes",
    "mfa_login_webauthn",
    "person_second_factor",
    "provider_answer",
    "provider_log_in",
    "saml_acs",
    "saml_finish_acs",
    "saml_metadata",
    "saml_sls",
    "account_logout",
    "close_outage",
    "purge_confirm",
    "undo_call",
    "unflag_called_number",
    "unflag_number",
    "work_cancel",
    "work_file",
    "work_list_pdf",
    "outage_file",
    "outage_log_pdf",
    "task",
    "back_now",
    "page_picture",
    "person_end",
    "person_restore",
    "quick_try",
    "reminders_now",
    "reminders_outside",
    "report_chart",
    "report_file",
    "report_make",
    "report_pdf",
    "report_state",
    "session_left",
    "sheet_step",
    "staff_file",
    "take_over_shift",
    "throw_away_held",
}

Scheme = Literal["light", "dark"]
# Of a test that looks at pages: in `make test-long` each is looked at in both schemes on both screens.
looks_at_pages = pytest.mark.long
DESKTOP, ZOOMED, PHONE = (1366, 768), (683, 384), (390, 844)
_WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}
_COLOUR = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
# The same colours come again and again, and axe reads each from its text every time: a fifth of what a look takes.
_COLOURS_READ_ONCE = """;(() => {
  const { Color } = axe.commons.color, read = Color.prototype.parseString, known = new Map();
  Color.prototype.parseString = function (text) {
    if (known.has(text)) return Object.assign(this, known.get(text));
    read.call(this, text);
    known.set(text, { r: this.r, g: this.g, b: this.b, alpha: this.alpha });
    return this;
  };
})()"""
# Only what is wrong leaves the page: all that axe has looked at is much to send.
_VIOLATIONS = """async (options) =>
  (await axe.run({ ...options, resultTypes: ["violations"] })).violations.map(({ id, help, nodes }) => ({
    id, help, nodes: nodes.slice(0, 4).map(({ target, html }) => ({ target, html })),
  }))"""

# Words of ordinary length that stand on two lines.
BROKEN_WORDS = """() => {
  const found = new Set();
  // The heading of a table whose rows are shown as cards is for screen readers only.
  const isCut = (one) => (one.closest("thead")?.getBoundingClientRect().height ?? 9) <= 1;
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode;
    const inside = text.parentElement;
    if (!inside.checkVisibility() || isCut(inside)) continue;
    if (inside.closest("select, textarea, .visually-hidden, .web-address")) continue;
    for (const word of text.data.matchAll(/[\\p{L}\\p{N}.]+/gu)) {
      if (word[0].length > 24) continue;
      const range = document.createRange();
      range.setStart(text, word.index);
      range.setEnd(text, word.index + word[0].length);
      const boxes = [...range.getClientRects()].filter((box) => box.width > 0.5);
      if (new Set(boxes.map((box) => Math.round(box.top))).size > 1)
        found.add(`${word[0]} in ${inside.tagName.toLowerCase()}.${inside.className}`);
    }
  }
  return [...found];
}"""

# Forms of which the browser itself would refuse something, in a bubble that is no part of the page and in its own
# language: the server says it beside the field.
_OWN_WORDS = """() => [...document.forms]
  .filter((form) => !form.noValidate)
  .flatMap((form) => [...form.elements])
  .filter((field) => field.willValidate)
  .filter((field) => field.matches("[required], [pattern], [min], [max], [minlength], [type=date], [type=time],"
    + "[type=datetime-local], [type=email], [type=url], [type=number]"))
  .map((field) => field.name)"""


def faults(page: Page, number: int = 0) -> list[str]:
    """Everything that is wrong with the page now shown: WCAG 2.1 A and AA, fit, and what has the focus.

    Only colours differ between the schemes, so dark is asked about colours alone. In `make test` each page is looked
    at in light on one screen, and every fourth in dark on the other; which on which changes with `number`, from look to
    look.
    """
    if page.evaluate("!window.axe"):
        # Half a megabyte: sent once, and there as each further page of the window begins.
        page.context.add_init_script(AXE_SCRIPT + _COLOURS_READ_ONCE)
        page.evaluate(AXE_SCRIPT + _COLOURS_READ_ONCE)
    found = [f"refused by the browser: {field}" for field in page.evaluate(_OWN_WORDS)]
    schemes: list[Scheme] = ["light", "dark"]
    for size in (PHONE, ZOOMED, DESKTOP):
        show(page, size)
        if wide := page.evaluate("document.documentElement.scrollWidth - innerWidth"):
            found.append(f"{size[0]} px: {wide} px wider than the window")
        found += [f"{size[0]} px: broken: {word}" for word in page.evaluate(BROKEN_WORDS)]
        if size == ZOOMED:
            continue
        first = (number + (size == DESKTOP)) % 2
        for scheme in (schemes[first:] + schemes[:first])[: runs(1, full=2)]:
            if scheme == "dark" and number % 4 > runs(0, full=3):
                continue
            show(page, size, scheme)
            options = _WCAG if scheme == "light" else _COLOUR
            found += [f"{size[0]} px, {scheme}: {line}" for line in _violations(page, options)]
    return found


def show(page: Page, size: tuple[int, int], scheme: Scheme | None = None) -> None:
    """Resize the window, and change the scheme where one is named; the page stays."""
    if scheme:
        page.emulate_media(color_scheme=scheme)
    if page.viewport_size != (wanted := {"width": size[0], "height": size[1]}):
        page.set_viewport_size(wanted)


def _violations(page: Page, options: dict[str, Any]) -> list[str]:
    return [
        f"{v['id']}: {v['help']}: " + "; ".join(f"{n['target']} {n['html'][:120]}" for n in v["nodes"])
        for v in page.evaluate(_VIOLATIONS, options)
    ]


def focus_ring(page: Page) -> dict[str, str] | None:
    """How the focused element shows it; None where nothing on the page gets the focus."""
    # The page's scripts say where it starts; the browser gives the focus when it has painted the page, after that.
    page.wait_for_load_state("domcontentloaded")
    try:
        page.locator(":focus").wait_for(state="attached")
    except PlaywrightTimeout:
        return None
    ring: dict[str, str] = page.evaluate(
        """() => {
          const has = document.activeElement;
          // A choice shows it around the whole line that one presses.
          const ringed = [has, has.closest(".choice")].filter(Boolean).map((one) => getComputedStyle(one));
          const { outlineStyle, outlineWidth } = ringed.find((one) => one.outlineStyle !== "none") || ringed[0];
          return { outlineStyle, outlineWidth };
        }"""
    )
    return ring


def is_on_the_first_screen(place: Locator) -> bool:
    """Whether all of it stands in the window as the page opens, with nothing lying over its middle."""
    expect(place).to_be_visible()
    inside: bool = place.evaluate(
        """(element) => {
          const box = element.getBoundingClientRect();
          const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
          return box.top >= 0 && box.bottom <= innerHeight && box.left >= 0 && box.right <= innerWidth
            && scrollY === 0 && element.contains(top);
        }"""
    )
    return inside
