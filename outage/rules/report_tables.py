"""The report in words: its figures as tables, and charts of some. Page, paper and workbook show the same."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from contacts.rules.parties import Party

from .handover import ReadBack
from .report import (
    Logged,
    Registered,
    Times,
    by_hand,
    by_hour,
    by_kind,
    by_party,
    confirmed,
    deviations,
    minutes,
    read_backs,
    registered,
    registered_by_hour,
    times,
    times_by_kind,
)
from .routine import Decision, Routine
from .wording import STOCKHOLM, clock_time, day_and_year, lower_first, span, which_hour

Cell = str | int
NOTHING = "–"
_COLUMNS = (("given", "Lämnade"), ("received", "Mottagna"), ("tries", "Försök"))
_OTHERS = "Deltagare och andra"


@dataclass(frozen=True, slots=True)
class ReportTable:
    """One table; `chart` is the name of the chart of its figures, "" where it has none."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    chart: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    label: str
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """What is drawn beside the table that names it. `says` is read aloud in its place; `axis` is what is counted.

    `stacked`: the series stand on each other, else beside; `lying`: the bars lie, for labels are long; `line`: a step
    for each place.
    """

    name: str
    says: str
    axis: str
    places: tuple[str, ...]
    series: tuple[Series, ...]
    stacked: bool = False
    lying: bool = False
    line: bool = False


@dataclass(frozen=True, slots=True)
class Around:
    """What is known of the outage itself, as one principal has it. All moments are aware.

    `scopes` has each scope and from when; `reasons` the sentences why the routine was to be used, each with its clause;
    `support` when who rang support; `took_part` how many units have messages to acknowledge, `acknowledged` when they
    did; `openings` counts those in an emergency.
    """

    began: datetime
    ended: datetime
    planned: bool
    scopes: tuple[tuple[str, datetime], ...]
    reasons: tuple[tuple[str, str], ...]
    support: tuple[tuple[datetime, str], ...]
    took_part: int
    acknowledged: tuple[datetime, ...]
    openings: int


def tables_of(around: Around, logged: Logged, routine: Routine) -> list[ReportTable]:
    return [
        _overview(around, logged),
        ReportTable("Varför rutinen gällde", ("Klausul", "Skäl"), around.reasons),
        ReportTable(
            "Support uppringd",
            ("När", "Efter start", "Enhet"),
            tuple((_moment(at), span(at - around.began), unit) for at, unit in around.support),
        ),
        _events(logged, routine),
        _calls(logged),
        _hours(around, logged),
        _informed(logged, routine),
        _repeated(logged),
        _entered(around, logged),
        _within(around, logged),
        _by_hand(logged, routine),
        _deviations(around, logged),
    ]


def charts_of(around: Around, logged: Logged, routine: Routine) -> list[Chart]:
    """Only of what there is something of; a line has two ends."""
    found = [
        _events_chart(logged, routine),
        _hours_chart(around, logged),
        _informed_chart(logged, routine),
        _within_chart(around, logged),
    ]
    return [
        chart
        for chart in found
        if any(any(series.values) for series in chart.series) and len(chart.places) > chart.line
    ]


def _row(label: str, *counts: int) -> tuple[Cell, ...]:
    return label, *counts


def _overview(around: Around, logged: Logged) -> ReportTable:
    scopes = "; ".join(
        label if len(around.scopes) == 1 else f"{label} från {_moment(at)}" for label, at in around.scopes
    )
    rows = (
        ("Började", _moment(around.began)),
        ("Åter i drift för er", _moment(around.ended)),
        ("Varade", span(around.ended - around.began)),
        ("Planerat", "Ja" if around.planned else "Nej"),
        ("Omfattning", scopes),
        ("Enheter som har loggat", len(logged.units)),
        ("Vårdkedjor", logged.chains),
        ("Vårdkedjor som sammanfördes", logged.joined),
        ("Händelser", len(logged.sent)),
        ("Händelser efter att ni var åter i drift", sum(event.after for event in logged.sent)),
        ("Samtal och försök", len(logged.rung)),
    )
    return ReportTable("Översikt", ("Vad", "Svar"), rows)


def _events(logged: Logged, routine: Routine) -> ReportTable:
    found = by_kind(logged)
    rows = [
        _row(routine.label(kind), *(found[kind][party] for party in Party), found[kind].total())
        for kind in _in_order(found, routine)
    ]
    columns = ("Händelse", *(party.label for party in Party), "Alla")
    return ReportTable("Händelser efter slag och avsändare", columns, tuple(rows), chart="events")


def _events_chart(logged: Logged, routine: Routine) -> Chart:
    found = by_kind(logged)
    kinds = _in_order(found, routine)
    return Chart(
        "events",
        _most("händelser av slaget", [(routine.label(kind), found[kind].total()) for kind in kinds]),
        "Antal",
        tuple(routine.label(kind) for kind in kinds),
        tuple(Series(p.label, tuple(found[kind][p] for kind in kinds)) for p in Party),
        stacked=True,
        lying=True,
    )


def _calls(logged: Logged) -> ReportTable:
    found = by_party(logged)
    rows = tuple(
        _row(Party(party).label if party else _OTHERS, *(own[c] for c, _ in _COLUMNS), own["relayed"])
        for party in (*Party, "")
        if (own := found.get(party))
    )
    columns = ("Motpart", *(label for _, label in _COLUMNS), "Varav förmedlade")
    return ReportTable("Samtal efter motpart", columns, rows)


def _hours(around: Around, logged: Logged) -> ReportTable:
    rows = tuple(_row(_hour(at), *(own[c] for c, _ in _COLUMNS)) for at, own in _of_hours(around, logged))
    columns = ("Timme", *(label for _, label in _COLUMNS))
    return ReportTable("Samtal per timme", columns, rows, chart="hours")


def _hours_chart(around: Around, logged: Logged) -> Chart:
    hours = _of_hours(around, logged)
    return Chart(
        "hours",
        _most("samtal och försök i timmen", [(_hour(at), own.total()) for at, own in hours]),
        "Antal samtal",
        tuple(_hour(at) for at, _ in hours),
        tuple(Series(label, tuple(own[c] for _, own in hours)) for c, label in _COLUMNS),
        stacked=True,
    )


def _of_hours(around: Around, logged: Logged) -> list[tuple[datetime, Counter[str]]]:
    """Those in which somebody rang, where the calls go on for days after it."""
    hours = by_hour(logged, around.began, around.ended)
    return hours if len(hours) <= MOST_HOURS else [each for each in hours if each[1].total()]


MOST_HOURS = 48


def _hour(at: datetime) -> str:
    here = at.astimezone(STOCKHOLM)
    return f"{here.day}/{here.month} kl. {here:%H}{which_hour(at)}"


def _informed(logged: Logged, routine: Routine) -> ReportTable:
    found = times_by_kind(logged)
    rows = [(routine.label(kind), *_of_times(found[kind])) for kind in _in_order(found, routine)]
    if rows:
        rows.append(("Alla", *_of_times(times(logged.sent))))
    columns = ("Händelse", "Att meddela", "Alla nådda", "Median, min", "Nio av tio inom, min")
    caption = "Tid från händelse till att alla är underrättade"
    return ReportTable(caption, columns, tuple(rows), chart="informed")


def _of_times(found: Times) -> tuple[Cell, ...]:
    return found.of, found.told, _minutes(found.median), _minutes(found.p90)


def _informed_chart(logged: Logged, routine: Routine) -> Chart:
    found = {kind: own for kind, own in times_by_kind(logged).items() if own.told}
    kinds = _in_order(found, routine)
    labels = tuple(routine.label(kind) for kind in kinds)
    nine = [(label, minutes(found[kind].p90) or 0) for kind, label in zip(kinds, labels, strict=True)]
    return Chart(
        "informed",
        _most("minuter för nio av tio av slaget", nine),
        "Minuter",
        labels,
        (
            Series("Median", tuple(minutes(found[kind].median) or 0 for kind in kinds)),
            Series("Nio av tio inom", tuple(count for _, count in nine)),
        ),
        lying=True,
    )


def _repeated(logged: Logged) -> ReportTable:
    said = read_backs(logged)
    both, coded = confirmed(logged)
    rows = (
        *((f"Lämnade samtal: {lower_first(choice.label)}", said[choice]) for choice in ReadBack),
        ("Lämnade samtal: återläsning inte besvarad", said[""]),
        ("Rättade samtal", logged.corrected["calls"]),
        ("Återtagna samtal", logged.withdrawn["calls"]),
        ("Rättade händelser", logged.corrected["events"]),
        ("Återtagna händelser", logged.withdrawn["events"]),
        ("Lämnade samtal med kvittenskod", coded),
        ("Bekräftade av båda", both),
    )
    return ReportTable("Återläsning, rättelser och bekräftelser", ("Vad", "Antal"), rows)


def _entered(around: Around, logged: Logged) -> ReportTable:
    rows = [
        (decision.label, *_of_registered(decision, registered(logged, decision, around.ended)))
        for decision in Decision
    ]
    if around.acknowledged:
        rows.append(
            (
                "Meddelanden kvitterade, enheter",
                around.took_part,
                len(around.acknowledged),
                _moment(max(around.acknowledged)),
                NOTHING,
                NOTHING,
            )
        )
    columns = ("Uppgift", "Antal", "Klara", "Den sista", "Median, min", "Nio av tio inom, min")
    return ReportTable("Efterregistrering", columns, tuple(rows))


def _of_registered(decision: Decision, found: Registered) -> tuple[Cell, ...]:
    last = _moment(found.last_at) if found.last_at else NOTHING
    done = NOTHING if decision is Decision.DO_NOT_REGISTER else found.done
    return found.total, done, last, _minutes(found.median), _minutes(found.p90)


def _within(around: Around, logged: Logged) -> ReportTable:
    done = registered_by_hour(logged, around.ended)
    rows = tuple((f"{hour} h", count) for hour, count in enumerate(done, start=1))
    caption = "Registrerat och avgjort, timmar efter att ni var åter i drift"
    return ReportTable(caption, ("Inom", "Klara"), rows, chart="within")


def _within_chart(around: Around, logged: Logged) -> Chart:
    done = registered_by_hour(logged, around.ended)
    return Chart(
        "within",
        f"{done[-1]} uppgifter var klara efter {len(done)} h." if done else "",
        "Klara",
        tuple(f"{hour} h" for hour in range(1, len(done) + 1)),
        (Series("Klara", tuple(done)),),
        line=True,
    )


def _by_hand(logged: Logged, routine: Routine) -> ReportTable:
    rows = tuple(
        (key.partition("-")[0], routine.outcomes[key].why, own.total, own.decided, own.entered)
        for key, own in sorted(by_hand(logged).items(), key=lambda each: (-each[1].total, each[0]))
        if key in routine.outcomes
    )
    columns = ("Fall", "Varför", "Antal", "Avgjorda", "Infördes")
    return ReportTable("Avgjort för hand", columns, rows)


def _deviations(around: Around, logged: Logged) -> ReportTable:
    found = deviations(logged)
    rows = (
        ("Utskrivningar att meddela", found.discharges),
        ("Utskrivningar där någon part inte är underrättad", found.untold),
        ("varav lämnade med öppen punkt", found.left_open),
        ("Andra meddelanden som inte har nått alla", found.not_all_told),
        ("Lämnade samtal utan återläsning", found.not_repeated),
        ("Bekräftade samtal som de två har loggat olika", found.unlike),
        ("Loggat mer än en timme efteråt", found.late),
        ("varav från papper", found.late_on_paper),
        ("Vårdkedjor på fel patient", found.wrong_patient),
        ("Nödöppnade vårdkedjor", around.openings),
        ("Införda uppgifter att ångra", logged.to_undo),
    )
    return ReportTable("Avvikelser", ("Vad", "Antal"), rows)


def _in_order(kinds: Iterable[str] | Mapping[str, object], routine: Routine) -> list[str]:
    """As the routine has them."""
    order = list(routine.messages)
    return sorted(kinds, key=order.index)


def _most(what: str, counts: Sequence[tuple[str, int]]) -> str:
    """The sentence that stands for a chart to who does not see it."""
    if not counts:
        return ""
    label, count = max(counts, key=lambda each: each[1])
    return f"Flest {what}: {label}, {count}."


def _minutes(length: timedelta | None) -> Cell:
    found = minutes(length)
    return NOTHING if found is None else found


def _moment(at: datetime) -> str:
    return f"{day_and_year(at)} {clock_time(at)}"
