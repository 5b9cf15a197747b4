"""Sheets of the longest legal and of hostile values, made without a database, and what must be true of each."""

import logging
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pypdfium2

from contacts.access import Acting
from contacts.models import Membership, Principal, Unit, User
from contacts.queries.ringing import request_for_unit
from contacts.rules.hours import Availability, Hours
from contacts.rules.permissions import Role
from contacts.rules.whom_to_call import NumberToRing, Way
from forms import rendering
from forms.presenters.care_chain import care_chain_part, sheet_view
from forms.presenters.document import SheetPart
from forms.presenters.log_sheet import log_sheet_part, log_sheet_view
from forms.presenters.sip import form_part, form_view
from forms.queries.sources import SheetSource, SipSource, party_requests
from forms.rules.serial import make_serial
from forms.services.printing import typeset
from forms.specs import SIP, SIP_INVITATION, get_form, get_spec
from outage.models import (
    CareChain,
    CareChainDetails,
    CareChainEvent,
    Handover,
    HandoverMessage,
    Outage,
    OutageReport,
)
from outage.queries.chain_log import ChainLog
from outage.routine import current_routine
from outage.rules.agreed_sip import agreed_sip
from outage.rules.identity import classify_identity
from outage.rules.wording import STOCKHOLM
from tests.paper.reading import squashed

NOW = datetime(2026, 11, 24, 14, 5, tzinfo=STOCKHOLM)
MM = 72 / 25.4
SIDE, TOP, BOTTOM, CODE = 20 * MM, 25 * MM, 27 * MM, 22 * MM
# The glyphs of one line may reach a hair over the line above.
_SLACK = 2.5
# What a piece of a value has at least, and the height of what is more than a dot over a letter.
_PIECE, _DOT = 12, 3.0

_ALPHABETS: tuple[tuple[str, ...], ...] = (
    ("W",),
    ("i",),
    ("Åsa ", "Öberg-", "čđŋšŧž ", "Tolvan "),
    ("😀", "👩🏽‍⚕️", "🇸🇪"),
    ("رحيم ", "שלום ", "\u202e", "\u200f"),
    ("rad#\n", "\n", "a#\r\n", "ord# "),
    ("e\u0301", "o\u0308", "\u200b", "\ufeff", "\x07"),
    ("<b>", "&amp;", "{{ x }}", '"', "</td></tr>", "\\A ", "{% now %}"),
    ("漢字", "ไทย", "Ж", "Ω", "½"),
    ("ord ", "och ", "siffror 123 "),
)


@dataclass(frozen=True)
class Hostile:
    """A sheet to typeset, and the values that must all be found on it."""

    name: str
    part: SheetPart
    values: tuple[str, ...]


def hostile_sheet(seed: int, number: int) -> Hostile:
    """Sheet `number` of that seed: the kinds that are filled in, in turn, and always the same values."""
    kinds: tuple[Callable[[_Maker], Hostile], ...] = (
        _Maker.care_chain,
        _Maker.log_sheet,
        _Maker.sip,
        _Maker.invitation,
        _Maker.patients_copy,
    )
    return kinds[number % len(kinds)](_Maker(random.Random(f"{seed}-{number}"), number))


def faults_of(sheet: Hostile) -> list[str]:
    """Typeset a sheet and give what is wrong with it, an English line for each."""
    documents: list[Any] = []
    real = rendering._laid_out

    def kept(*args: Any) -> Any:
        documents.append(real(*args))
        return documents[-1]

    rendering._laid_out = kept
    # It warns of a character that it has no glyph for.
    said: list[str] = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: said.append(record.getMessage())
    logging.getLogger("weasyprint").addHandler(handler)
    try:
        made = typeset([sheet.part], title="x")
    finally:
        rendering._laid_out = real
        logging.getLogger("weasyprint").removeHandler(handler)
    return [
        *said,
        *_split_rows(documents[-1]),
        *_lost(made.pdf, sheet),
        *_misplaced(made.pdf),
    ]


def _split_rows(document: Any) -> list[str]:
    """The rows, heads of tables apart, that stand on more than one page."""
    seen: dict[int, set[int]] = {}
    for number, page in enumerate(document.pages, 1):
        for box in page._page_box.descendants():
            if box.element_tag == "tr":
                seen.setdefault(id(box.element), set()).add(number)
    heads = {
        id(row)
        for page in document.pages
        for box in page._page_box.descendants()
        if box.element_tag == "thead"
        for row in box.element.iter("tr")
    }
    return [
        f"a row stands on pages {sorted(found)}"
        for row, found in seen.items()
        if len(found) > 1 and row not in heads
    ]


def _lost(pdf: bytes, sheet: Hostile) -> list[str]:
    """The values of which a piece is not in the file; a long one goes on over rows and pages.

    In large pieces, or a page ends with the small one: what follows it in the file is the head of that page.
    """
    text = squashed(_text_of(pdf))
    head = squashed(sheet.part.title + sheet.part.shown_serial)
    faults = []
    for line in (line for value in sheet.values for line in value.split("\n")):
        rest = squashed(rendering.printable_html(line))
        while rest:
            length = _found(rest, text)
            if length < min(_PIECE, len(rest)):
                length = next((end for end in range(length, 0, -1) if rest[:end] + head in text), 0)
            if not length:
                faults.append(f"lost from {rest[:40]!r}")
                break
            rest = rest[length:]
    return faults


def _text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    text = "".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    # What it writes for a hyphen at the end of a line.
    return text.replace("\ufffe", "-").replace("\x02", "-")


def _found(rest: str, text: str) -> int:
    """The length of the longest prefix of `rest` that is in `text`."""
    low, high = 0, len(rest)
    while low < high:
        middle = (low + high + 1) // 2
        if rest[:middle] in text:
            low = middle
        else:
            high = middle - 1
    return low


def _misplaced(pdf: bytes) -> list[str]:
    """The text outside the margins, under a code, or over other text."""
    faults: list[str] = []
    document = pypdfium2.PdfDocument(pdf)
    for number, page in enumerate(document, 1):
        width, height = page.get_size()
        found = page.get_textpage()
        rects = [found.get_rect(place) for place in range(found.count_rects())]
        rects = [rect for rect in rects if rect[2] - rect[0] > 0.5 and rect[3] - rect[1] > _DOT]
        codes = (
            (width - SIDE - CODE, height - TOP / 2 - CODE / 2, width - SIDE, height - TOP / 2 + CODE / 2),
            (SIDE, BOTTOM / 2 - CODE / 2, SIDE + CODE, BOTTOM / 2 + CODE / 2),
        )
        for rect in rects:
            left, bottom, right, top = rect
            if left < SIDE - 1 or right > width - SIDE + 1 or bottom < 3 or top > height - 3:
                faults.append(
                    f"page {number}: outside the margins at {rect}: {found.get_text_bounded(*rect)!r}"
                )
            if any(_overlap(rect, code) for code in codes):
                faults.append(f"page {number}: under a code at {rect}")
        faults += [
            f"page {number}: one text over another at {one} and {two}" for one, two in _crossing(rects)
        ]
    document.close()
    return faults


def _crossing(rects: list[tuple[float, ...]]) -> Iterator[tuple[tuple[float, ...], tuple[float, ...]]]:
    ordered = sorted(rects, key=lambda rect: rect[1])
    for place, one in enumerate(ordered):
        for two in ordered[place + 1 :]:
            if two[1] >= one[3] - _SLACK:
                break
            if _overlap(one, two):
                yield one, two


def _overlap(one: tuple[float, ...], two: tuple[float, ...]) -> bool:
    across = min(one[2], two[2]) - max(one[0], two[0])
    down = min(one[3], two[3]) - max(one[1], two[1])
    # Descenders reach into the line below, and never half-way.
    return across > _SLACK and down > 0.5 * min(one[3] - one[1], two[3] - two[1])


class _Maker:
    """Makes one sheet: unsaved rows, each value of it longest or hostile."""

    def __init__(self, chance: random.Random, number: int) -> None:
        self.chance, self.values = chance, []
        self.serial = make_serial(number)
        self.region = Principal(pk=1, name="Region Västerbotten", short_name="Regionen", kind="region")
        self.town = Principal(pk=2, name=self.text(200), short_name="Umeå", kind="municipality")
        self.ward = Unit(pk=1, principal=self.region, name=self.text(200), ward_kind="somatic")
        self.centre = Unit(pk=2, principal=self.region, name=self.text(200), outpatient_kind="health_centre")
        self.user = User(
            pk=1, first_name=self.text(150, kept=False), last_name="Ask", hsa_id="SE2321000222-980A"
        )
        self.by = Acting(
            user=self.user,
            membership=Membership(user=self.user, unit=self.ward, role=Role.STAFF),
            unit=self.ward,
            principal=self.region,
            role=Role.STAFF,
        )
        self.outage = Outage(pk=1, system="PRATOR", routine_id=current_routine().id)
        self.outage.own_ended_at = None
        self.outage.current = OutageReport(outage=self.outage, scope="both_principals", started_at=NOW)

    def text(self, longest: int, *, kept: bool = True, some: bool = False) -> str:
        """A value of at most `longest` characters; with `some` it may be short. `kept` ones must be on paper."""
        letters = self.chance.choice(_ALPHABETS)
        made = ""
        # Two of three are short: a sheet where all is longest has twenty pages and takes as much time as ten.
        longest = longest if self.chance.random() < 1 / 3 else min(longest, 30)
        wanted = self.chance.randint(1, longest) if some else longest
        while len(made) < wanted:
            made += self.chance.choice(letters).replace("#", f"{self.chance.randrange(1000):03}")
        made = made[:wanted]
        if kept:
            self.values.append(made)
        return made

    def chain(self, number: int = 3) -> CareChain:
        chain = CareChain(outage=self.outage, principal=self.region, unit=self.ward, number=number)
        # As the service keeps it, whatever was typed.
        identity = classify_identity(self.text(40, kept=False), NOW.date()).stored
        # What cannot be seen is no part of a number.
        self.values.append(identity)
        chain.details = CareChainDetails(
            chain=chain,
            identity_kind="other",
            identity_number=identity,
            patient_name=self.text(200),
            ward_kind="somatic",
            ward_unit=self.ward,
            municipality=self.town,
            outpatient_unit=self.centre,
            before="unknown",
            status="ok",
        )
        return chain

    def event(self, chain: CareChain, kind: str, sender: str, **particulars: Any) -> CareChainEvent:
        event = CareChainEvent(
            chain=chain,
            kind=kind,
            sender=sender,
            happened_at=NOW - timedelta(hours=2),
            recorded_at=NOW - timedelta(hours=1),
            particulars=particulars,
            user=self.user,
            unit=self.ward,
        )
        event._prefetched_objects_cache = {"open_items": []}
        return event

    def call(self, chain: CareChain, event: CareChainEvent) -> Handover:
        call = Handover(
            chain=chain,
            direction="given",
            recipient=f"participant:{self.text(180)}",
            outcome="reached",
            at=NOW - timedelta(hours=1),
            recorded_at=NOW,
            written_at=NOW - timedelta(hours=1),
            paper_serial=make_serial(99),
            paper_signature=self.text(200),
            spoken_to=self.text(200),
            spoken_to_unit=self.text(200),
            number=self.text(60),
            read_back="not_possible",
            read_back_reason=self.text(300),
            comment=self.text(2000, some=True),
            next_step=self.text(300),
            call_back=self.text(200),
            signature=self.text(500, some=True),
            user=self.user,
            unit=self.ward,
        )
        call._prefetched_objects_cache = {"messages": [HandoverMessage(handover=call, event=event)]}
        return call

    def particulars(self) -> dict[str, Any]:
        return {
            "current_services": self.text(1000, some=True),
            "named_care_contact": self.text(1000, some=True),
        }

    def events(self, chain: CareChain) -> list[CareChainEvent]:
        return [
            self.event(chain, "admission", "inpatient"),
            self.event(chain, "admission_reply", "outpatient", **self.particulars()),
            self.event(
                chain,
                "sip_invitation",
                "outpatient",
                sip_date="2026-12-01",
                sip_time="10.00",
                sip_place=self.text(1000, some=True),
                participants=[self.text(180) for _ in range(self.chance.randint(1, 6))],
            ),
        ]

    def care_chain(self) -> Hostile:
        chain = self.chain()
        events = self.events(chain)
        calls = [self.call(chain, self.chance.choice(events))]
        requests = [*party_requests(chain.details).values(), request_for_unit(self.ward)]
        numbers = {request: tuple(self.number(way) for way in Way) for request in requests}
        source = SheetSource(chain, chain.details, ChainLog(events, calls), numbers)
        view = sheet_view(source, get_spec(), self.by, NOW, ink=self.chance.random() < 0.5)
        return self.made("care chain", care_chain_part(serial=self.serial, view=view, by=self.by, now=NOW))

    def log_sheet(self) -> Hostile:
        calls = []
        for number in range(self.chance.randint(1, 3)):
            chain = self.chain(number)
            calls.append(self.call(chain, self.event(chain, "admission", "inpatient")))
        # Neither stands on a loggblad.
        self.values = [v for v in self.values if v not in (self.town.name, self.centre.name)]
        view = log_sheet_view(calls, unit=self.ward, now=NOW, routine=current_routine())
        return self.made("log sheet", log_sheet_part(serial=self.serial, view=view, by=self.by))

    def sip(self) -> Hostile:
        return self.form(SIP)

    def invitation(self) -> Hostile:
        return self.form(SIP_INVITATION)

    def patients_copy(self) -> Hostile:
        return self.form(SIP, patients_copy=True)

    def form(self, spec_id: str, *, patients_copy: bool = False) -> Hostile:
        chain = self.chain()
        events = self.events(chain)
        source = SipSource(chain, chain.details, agreed_sip(event.particulars for event in events), events)
        if spec_id == SIP_INVITATION:
            services = [e.particulars.get("current_services") for e in source.events]
            self.values = [value for value in self.values if value not in services]
        view = form_view(get_form(spec_id), source, by=self.by, patients_copy=patients_copy)
        part = form_part(serial=self.serial, view=view, by=self.by, now=NOW, routine=current_routine())
        return self.made(view.spec.title, part)

    def number(self, way: Way) -> NumberToRing:
        return NumberToRing(
            entry_name="Växel Umeå",
            number="+4690161000",
            hours=Hours(Availability.UNKNOWN),
            shown="090-16 10 00",
            tel=None,
            open_now=True,
            opens_at=None,
            hours_known=False,
            relays=False,
            verified=False,
            is_extension=False,
            way=way,
        )

    def made(self, name: str, part: SheetPart) -> Hostile:
        return Hostile(name, part, tuple(self.values))
