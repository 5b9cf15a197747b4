"""The forms of importing a directory file."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from django import forms

from contacts.filing.choices import MANY, TARGETS, VALUED, Choices, SheetChoice
from contacts.filing.guessing import CONTACT, PERSON, SKIP, TO_REMARK
from contacts.filing.limits import ROWS
from contacts.filing.step import ShownSheet, Step, Word
from contacts.rules.entry_facts import EntryKind
from contacts.rules.hours import Availability
from contacts.webforms.fields import SentOnce

_SKIPPED = ("", "Hoppa över")
_NAMES = ("Enhet", "Efternamn", PERSON, CONTACT)
_NO_NAMES = "Ingen kolumn är vald som Enhet. Välj vilken som har kontakternas namn."
_TIMES_ALONE = "Välj Gäller i stället. Gäller läser både ord och tider: dygnet runt, mån–fre 8–16."
_NO_ROW = {
    **dict.fromkeys(("required", "invalid", "min_value"), "Skriv radens nummer, 0 om rubriker saknas."),
    "max_value": "Så många rader har bladet inte.",
}
_RANGE = re.compile(r"(\d{1,5})(?:\s*[-–]\s*(\d{1,5}))?")


class UploadForm(SentOnce):
    """The type of the file is decided by its contents, so its name is not validated."""

    file = forms.FileField(
        label="Fil",
        allow_empty_file=True,
        error_messages={"required": "Välj en fil.", "invalid": "Välj en fil."},
        widget=forms.FileInput({"class": "form-control", "accept": ".csv,.txt,.tsv,.xlsx,.xls,.ods"}),
    )


class ConfirmForm(SentOnce):
    retire_missing = forms.BooleanField(required=False)


class RowsField(forms.CharField):
    """Numbers of rows as people write them: "5, 9–12"."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=10_000, **kwargs)

    def clean(self, value: Any) -> tuple[int, ...]:
        """Raises ValidationError for anything but row numbers and ranges."""
        text = super().clean(value)
        rows: set[int] = set()
        for piece in filter(None, (piece.strip() for piece in re.split(r"[,;]", text))):
            found = _RANGE.fullmatch(piece)
            first = int(found[1]) if found else 0
            last = int(found[2] or found[1]) if found else 0
            if not 0 < first <= last <= ROWS + 1:
                raise forms.ValidationError("Skriv radernas nummer, till exempel 5, 9–12.")
            rows.update(range(first, last + 1))
        return tuple(sorted(rows))


class ChoicesForm(SentOnce):
    """What each column and each word of a file is; its fields are those of the file's step."""

    def __init__(self, *args: Any, step: Step, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.step = step
        if step.letters:
            self.fields["letters"] = _box("Rätta tecknen i hela filen", bool(step.choices.letters))
        if step.proposal_count:
            self.fields["numbers"] = _box("Använd numren som hittades i texten", step.choices.numbers)
        for place, sheet in enumerate(step.sheets):
            self._add_sheet(place, sheet)
        for word in step.words:
            label = f"{word.column}: {word.word or 'tomt'}"
            self.fields[_word_field(word)] = _list(label, self._meanings(word), word.meant)

    def _add_sheet(self, place: int, sheet: ShownSheet) -> None:
        choice, known = sheet.choice, self.step.known
        start = f"s{place}_"
        self.fields[f"{start}take"] = _box("Läs in bladet", choice.take, disabled=bool(sheet.refused))
        if sheet.refused:
            return
        self.fields[f"{start}heading"] = forms.IntegerField(
            label="Rubrikerna står på rad",
            min_value=0,
            max_value=ROWS,
            initial=choice.heading,
            error_messages=_NO_ROW,
            widget=forms.NumberInput({"class": "form-control slim", "min": 0}),
        )
        for at, column in enumerate(sheet.columns):
            label = f"Kolumn {column.letter}{f', {column.heading}' if column.heading else ''}"
            self.fields[f"{start}c{at}"] = _list(label, [_SKIPPED, *_same(TARGETS)], choice.columns[at])
        principals = [("", "Välj huvudman"), *_same(known.principals)]
        self.fields[f"{start}principal"] = _list("Huvudman för alla rader", principals, choice.principal)
        kinds = [("", "Välj typ"), *_same(kind.label for kind in EntryKind)]
        self.fields[f"{start}kind"] = _list("Typ för nya kontakter", kinds, choice.kind)
        shown = {flag.row for flag in sheet.flagged}
        if shown:
            self.fields[f"{start}skip"] = forms.MultipleChoiceField(
                label="Rader att hoppa över",
                required=False,
                choices=[
                    (str(flag.row), f"Rad {flag.row}, {flag.why}: {flag.text}") for flag in sheet.flagged
                ],
                initial=[str(row) for row in choice.skipped if row in shown],
                widget=forms.CheckboxSelectMultiple({"class": "form-check-input"}),
            )
        self.fields[f"{start}more"] = RowsField(
            label="Hoppa över fler rader",
            initial=", ".join(str(row) for row in choice.skipped if row not in shown),
            help_text="Radernas nummer, till exempel 5, 9–12.",
            widget=forms.TextInput({"class": "form-control"}),
        )

    def _meanings(self, word: Word) -> Iterator[tuple[str, str]]:
        yield ("", "Välj vad det är")
        valid: Iterable[str] = {
            "Typ": [kind.label for kind in EntryKind],
            "Huvudman": self.step.known.principals,
            "Gäller": [each.label for each in Availability],
        }[word.column]
        yield from _same(valid)
        to_remark = word.column == "Gäller"
        yield (TO_REMARK, "Låt texten bli anmärkning") if to_remark else (SKIP, "Hoppa över raderna")

    def clean(self) -> dict[str, Any]:
        """Each sheet that is read has a name for its contacts, and no column is there twice."""
        cleaned: dict[str, Any] = super().clean() or {}
        for place, sheet in enumerate(self.step.sheets):
            if not sheet.refused and cleaned.get(f"s{place}_take"):
                self._check_sheet(f"s{place}_", sheet, cleaned)
        if not any(cleaned.get(f"s{place}_take") for place in range(len(self.step.sheets))):
            self.add_error(None, "Välj minst ett blad att läsa in.")
        return cleaned

    def _check_sheet(self, start: str, sheet: ShownSheet, cleaned: dict[str, Any]) -> None:
        if cleaned.get(f"{start}heading") != sheet.choice.heading:
            # The columns are guessed again.
            return
        chosen: dict[str, str] = {}
        for at, column in enumerate(sheet.columns):
            target = cleaned.get(f"{start}c{at}", "")
            if target and target in chosen and target not in MANY:
                self.add_error(f"{start}c{at}", f"{target} är redan vald för kolumn {chosen[target]}.")
            chosen.setdefault(target, column.letter)
        if not any(name in chosen for name in _NAMES):
            self.add_error(f"{start}c0", _NO_NAMES)
        if "Tider" in chosen and "Gäller" not in chosen:
            at = next(at for at, _ in enumerate(sheet.columns) if cleaned.get(f"{start}c{at}") == "Tider")
            self.add_error(f"{start}c{at}", _TIMES_ALONE)
        if "Huvudman" not in chosen and not cleaned.get(f"{start}principal"):
            self.add_error(f"{start}principal", "Välj vilken huvudman raderna hör till.")
        if "Typ" not in chosen and not cleaned.get(f"{start}kind"):
            self.add_error(f"{start}kind", "Välj vilken typ kontakterna är.")

    @property
    def headings(self) -> list[int]:
        return [
            self.cleaned_data.get(f"s{place}_heading", sheet.choice.heading)
            for place, sheet in enumerate(self.step.sheets)
        ]

    def chosen(self) -> Choices:
        """What was chosen, the headings left where they were."""
        cleaned = self.cleaned_data
        values = {column: dict(words) for column, words in self.step.choices.values.items()}
        for word in self.step.words:
            values.setdefault(word.column, {})[word.key] = cleaned.get(_word_field(word), "")
        return Choices(
            sheets=tuple(self._sheet(place, sheet) for place, sheet in enumerate(self.step.sheets)),
            values={column: values.get(column, {}) for column in VALUED},
            letters=self.step.letters if cleaned.get("letters") else "",
            numbers=cleaned.get("numbers", self.step.choices.numbers),
        )

    def _sheet(self, place: int, sheet: ShownSheet) -> SheetChoice:
        cleaned, start = self.cleaned_data, f"s{place}_"
        if sheet.refused:
            return replace(sheet.choice, take=False)
        columns = tuple(cleaned.get(f"{start}c{at}", "") for at, _ in enumerate(sheet.columns))
        skipped = {int(row) for row in cleaned.get(f"{start}skip", ())} | set(cleaned.get(f"{start}more", ()))
        return SheetChoice(
            take=bool(cleaned.get(f"{start}take")),
            heading=sheet.choice.heading,
            columns=columns,
            skipped=tuple(sorted(skipped)),
            principal="" if "Huvudman" in columns else cleaned.get(f"{start}principal", ""),
            kind="" if "Typ" in columns else cleaned.get(f"{start}kind", ""),
        )

    @property
    def sheet_parts(self) -> list[dict[str, Any]]:
        parts = []
        for place, sheet in enumerate(self.step.sheets):
            start = f"s{place}_"
            names = ("take", "heading", "principal", "kind", "skip", "more")
            fields = {name: self[f"{start}{name}"] for name in names if f"{start}{name}" in self.fields}
            columns = [
                {"shown": column, "field": self[f"{start}c{at}"]}
                for at, column in enumerate(sheet.columns)
                if not sheet.refused
            ]
            missing = [
                fields[name]
                for name, column in (("principal", "Huvudman"), ("kind", "Typ"))
                if name in fields and (column not in sheet.choice.columns or fields[name].errors)
            ]
            is_open = sheet.choice.take or any(field.errors for field in self if field.name.startswith(start))
            parts.append({"sheet": sheet, "columns": columns, "missing": missing, "open": is_open, **fields})
        return parts

    @property
    def word_parts(self) -> list[dict[str, Any]]:
        return [{"word": word, "field": self[_word_field(word)]} for word in self.step.words]


def _word_field(word: Word) -> str:
    return f"v{VALUED.index(word.column)}_{word.key.replace(' ', '_')}"


def _same(labels: Iterable[str]) -> list[tuple[str, str]]:
    return [(label, label) for label in labels]


def _list(label: str, choices: Iterable[tuple[str, str]], initial: str) -> forms.ChoiceField:
    widget = forms.Select({"class": "form-select"})
    return forms.ChoiceField(
        label=label, required=False, choices=list(choices), initial=initial, widget=widget
    )


def _box(label: str, initial: bool, *, disabled: bool = False) -> forms.BooleanField:
    widget = forms.CheckboxInput({"class": "form-check-input"})
    return forms.BooleanField(label=label, required=False, initial=initial, disabled=disabled, widget=widget)
