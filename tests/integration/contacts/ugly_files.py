"""Files as real people have them, each with what must come of it. Invented names and numbers."""

import io
from collections.abc import Callable
from datetime import date, datetime

import openpyxl
from openpyxl.comments import Comment
from openpyxl.styles import Font

from tests.unit.contacts.other_workbooks import ods, xls

PLAIN = "Huvudman;Enhet;Typ;Telefon"
ROW = "Malå kommun;Köket;annan;0953-140 10"


def text(*lines: str, encoding: str = "utf-8") -> bytes:
    return "\r\n".join(lines).encode(encoding)


def workbook(*sheets: tuple[str, list], change: Callable = lambda book: None) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    change(book)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _hide_row(book):
    book.active.row_dimensions[3].hidden = True


def _strike(book):
    for cell in book.active[3]:
        cell.font = Font(strike=True)


def _hide_sheet(book):
    book["Gamla"].sheet_state = "hidden"


def _merge(book):
    sheet = book.active
    sheet.merge_cells("A1:D1")
    sheet.merge_cells("A4:A5")


def _merge_list(book):
    for reference in ("A1:F1", "A3:A4", "B3:B4", "C3:D3", "E3:E4", "F3:F4", "A5:A6"):
        book["Avdelningar"].merge_cells(reference)


def _merge_headings(book):
    for reference in ("A1:A2", "B1:C1", "D1:D2"):
        book.active.merge_cells(reference)


def _dress(book):
    sheet = book["Enheter"]
    sheet.merge_cells("A1:G1")
    sheet.merge_cells("A4:A6")
    sheet.row_dimensions[8].hidden = True
    for cell in sheet[7]:
        cell.font = Font(strike=True)


def ugly_workbook(own: str) -> bytes:
    """Sheets of other shapes, wrong headings on row 3, merged cells, what is hidden and struck through."""
    town = own.removesuffix(" kommun")
    units = [
        ["Telefonlista 2026"],
        [],
        ["Kommun", "Namn", "Kategori", "Tfn dagtid", "E-post", "Öppettider", "Övrigt"],
        [town, "Kundtjänst Syd", "vx", "Tfn 0910-73 10 00 (vx)", "syd@example.se", "kontorstid", None],
        [
            None,
            "Hemsjukvården Centrum",
            "Hemsjukvården",
            "0910-73 20 00 / 070-123 45 67",
            None,
            "24/7",
            "Ring först",
        ],
        [None, "Hemtjänsten Väst", "hemtjänst", "fråga växeln", None, "jourtid", None],
        [town, "Gamla mottagningen", "Övrigt", "0910-73 30 00", None, None, None],
        [town, "Bakom filtret", "Övrigt", "0910-73 30 01", None, None, None],
        ["Summa", 5],
    ]
    people = [
        ["Enhet", "Namn", "Titel", "Mobil"],
        ["Hemsjukvården Centrum", "Eva Påhittad", "Enhetschef", "070-123 45 99"],
    ]
    notes = [["Uppdateras varje vår"]]
    return workbook(("Enheter", units), ("Personer", people), ("Läs mig", notes), change=_dress)


def _note(book):
    book["Blad1"]["D2"].comment = Comment("Ring aldrig före 9", "Anna")


HEAD = PLAIN.split(";")
ONE = ["Malå kommun", "Köket", "annan", "0953-140 10"]
TWO = ["Malå kommun", "Tvätten", "annan", "0953-140 11"]

NUMBER = "direct 0953-140 10"
KITCHEN = {"Köket": NUMBER}
BOTH = {"Köket": NUMBER, "Tvätten": "direct 0953-140 11"}

READ: dict[str, tuple[bytes, dict[str, str]]] = {
    # name: the file, and by contact its numbers and remark as they must be, the form sent as it was guessed
    "semicolons": (text(PLAIN, ROW), KITCHEN),
    "sep line": (text("sep=;", PLAIN, ROW), KITCHEN),
    "sep comma": (
        text("sep=,", "Huvudman,Enhet,Typ,Telefon", "Malå kommun,Köket,annan,0953-140 10"),
        KITCHEN,
    ),
    "tabs": (text(PLAIN.replace(";", "\t"), ROW.replace(";", "\t")), KITCHEN),
    "byte order mark": (text(PLAIN, ROW, encoding="utf-8-sig"), KITCHEN),
    "utf-16": (text(PLAIN, ROW, encoding="utf-16"), KITCHEN),
    "windows": (text(PLAIN, ROW, encoding="cp1252"), KITCHEN),
    "mac": (text(PLAIN, ROW, encoding="mac_roman"), KITCHEN),
    "mac with Å": (
        text(PLAIN, ROW, "Malå kommun;Ånga;annan;", encoding="mac_roman"),
        {"Köket": NUMBER, "Ånga": ""},
    ),
    "dos": (text(PLAIN, ROW, encoding="cp850"), KITCHEN),
    "doubled utf-8": (text(PLAIN, ROW).decode("cp1252").encode(), KITCHEN),
    "other headings": (
        text("Kommun;Namn;Kategori;Tfn dagtid;E-post", "Malå;Köket;Övrigt;0953-140 10;kok@example.se"),
        KITCHEN,
    ),
    "misspelt headings": (
        text("Huvudmann;Enhett;Typ;Telfon;Anmärking", "Malå kommun;Köket;annan;0953-140 10;obs"),
        {"Köket": "direct 0953-140 10 obs"},
    ),
    "headings in capitals": (text(PLAIN.upper(), ROW), KITCHEN),
    "title above": (text("Telefonlista 2026;;;", ";;;", PLAIN, ROW), KITCHEN),
    "title with comma": (text("Telefonlista, Malå, 2026", "", PLAIN, ROW), KITCHEN),
    "totals row": (text(PLAIN, ROW, "Summa;1;;"), KITCHEN),
    "footnote": (text(PLAIN, ROW, "* uppdaterad i maj;;;"), KITCHEN),
    "headings again": (
        text(PLAIN, ROW, PLAIN, "Malå kommun;Tvätten;annan;"),
        {"Köket": NUMBER, "Tvätten": ""},
    ),
    "no principal": (text("Enhet;Typ;Telefon", "Köket;annan;0953-140 10"), KITCHEN),
    "no type": (text("Enhet;Telefon", "Köket;0953-140 10"), KITCHEN),
    "short principal": (text(PLAIN, ROW.replace("Malå kommun", "malå")), KITCHEN),
    "empty principal": (text(PLAIN, ROW.replace("Malå kommun", "")), KITCHEN),
    "type in other words": (
        text(PLAIN, "Malå kommun;Hemvården;Hemsjukvården;0953-140 10"),
        {"Hemvården": NUMBER},
    ),
    "switchboard in brackets": (text(PLAIN, ROW + " (vx)"), {"Köket": "switchboard 0953-140 10"}),
    "a word before": (text(PLAIN, ROW.replace("0953", "Tfn 0953")), KITCHEN),
    "two numbers": (
        text(PLAIN, ROW + " / 070-123 45 67"),
        {"Köket": "direct 0953-140 10, mobile 070-123 45 67"},
    ),
    "extension in the cell": (
        text(PLAIN, ROW + ", ank. 212"),
        {"Köket": "direct 0953-140 10, extension 212"},
    ),
    "round the clock beside": (text(PLAIN, ROW + " (24/7)"), {"Köket": "direct 0953-140 10 24/7"}),
    "no number but a text": (text(PLAIN, "Malå kommun;Köket;annan;fråga växeln"), {"Köket": " fråga växeln"}),
    "country code": (text(PLAIN, ROW.replace("0953", "+46 (0)953")), KITCHEN),
    "hours in words": (
        text(PLAIN + ";Gäller", ROW + ";24/7", "Malå kommun;Jouren;annan;;jourtid"),
        {"Köket": NUMBER, "Jouren": ""},
    ),
    "hours that are none": (
        text(PLAIN + ";Gäller", ROW + ";ring först"),
        {"Köket": "direct 0953-140 10 ring först"},
    ),
    "columns of numbers": (
        text("Enhet;Växel;Jour;Mobil", "Köket;0953-140 00;070-123 45 67;070-765 43 21"),
        {"Köket": "mobile 070-765 43 21, switchboard 0953-140 00, on_call 070-123 45 67"},
    ),
    "names of people": (
        text("Enhet;Namn;Titel;Telefon", "Köket;Eva Påhittad;Chef;0953-140 10"),
        {"Eva Påhittad, Köket": NUMBER},
    ),
    "clinics and their wards": (
        text("Klinik;Avd;Tfn", "Ortopeden;Avd 5;0953-140 10", "Ortopeden;Mottagning;0953-140 11"),
        {"Ortopeden, Avd 5": NUMBER, "Ortopeden, Mottagning": "direct 0953-140 11"},
    ),
    "units and their duties": (
        text("Verksamhet;Namn;Tfn", "Hemma;Sjuksköterska dag;0953-140 10", "Hemma;Natt;0953-140 11"),
        {"Hemma, Sjuksköterska dag": NUMBER, "Hemma, Natt": "direct 0953-140 11"},
    ),
    "contact persons of units": (
        text("Enhet;Tel;Kontaktperson", "Köket;0953-140 10;Eva Påhittad", "Tvätten;0953-140 11;"),
        BOTH | {"Köket": f"{NUMBER} Kontaktperson: Eva Påhittad"},
    ),
    "contact persons of one unit": (
        text(
            "Kommun;Enhet;Tel;Kontaktperson",
            "Malå;Köket;0953-140 10;Eva Påhittad",
            "Malå kommun;Köket;0953-140 11;Ssk i tjänst",
        ),
        {"Eva Påhittad, Köket": NUMBER, "Köket, Ssk i tjänst": "direct 0953-140 11"},
    ),
    "contact persons alone": (
        text("Kontaktperson;Tel", "Eva Påhittad;0953-140 10"),
        {"Eva Påhittad": NUMBER},
    ),
    "homes with numbers by day and night": (
        text("Boende;Tfn dagtid;Tfn kväll/natt", "Köket;0953-140 10;0953-140 11"),
        {"Köket": "direct 0953-140 10, on_call 0953-140 11"},
    ),
    "headings on two rows": (
        workbook(
            (
                "Blad1",
                [
                    ["Enhet", "Telefon", None, "Övrigt"],
                    [None, "Dag", "Natt", None],
                    ["Köket", "0953-140 10", "0953-140 11", "obs"],
                ],
            ),
            change=_merge_headings,
        ),
        {"Köket": "direct 0953-140 10, on_call 0953-140 11 obs"},
    ),
    "headings on two rows in text": (
        text("Enhet;Telefon;;Övrigt", ";Dag;Natt;", "Köket;0953-140 10;0953-140 11;obs"),
        {"Köket": "direct 0953-140 10, on_call 0953-140 11 obs"},
    ),
    "a list of people": (
        text("Namn;Titel;Enhet;Direkt", "Eva Påhittad;Chef;Köket;0953-140 10"),
        {"Eva Påhittad, Köket": NUMBER},
    ),
    "people without units": (
        text("Namn;Befattning;Tel", "Eva Påhittad;Chef;0953-140 10"),
        {"Eva Påhittad": NUMBER},
    ),
    "numbers that their headings tell apart": (
        text("Avdelning;Sköterskor;Läkare", "Köket;0953-140 10;0953-140 11"),
        {"Köket": "direct 0953-140 10, direct 0953-140 11 Sköterskor: 0953-140 10; Läkare: 0953-140 11"},
    ),
    "numbers that are none to ring": (
        text(
            "Enhet;Telefon",
            "Köket;Fax 0953-140 19, tel 0953-140 10",
            "Tvätten;OBS! Ring INTE 0953-140 99",
            'Boden;"Dag 0953-140 10\nnatt 0953-140 11"',
        ),
        {
            "Köket": "direct 0953-140 10 Fax 0953-140 19",
            "Tvätten": "OBS! Ring INTE 0953-140 99",
            "Boden": "direct 0953-140 10, direct 0953-140 11 Dag 0953-140 10, natt 0953-140 11",
        },
    ),
    "a hospital's list of two sheets": (
        workbook(
            (
                "Avdelningar",
                [
                    ["Lasarettet – telefonlista 2026"],
                    [],
                    ["Klinik", "Avd", "Telefon", None, "Öppet", "Kontaktperson"],
                    [None, None, "Exp", "Natt", None, None],
                    ["Ortopeden", "Avd 5", "Tfn 0953-140 10", "070-174 06 21", "24/7", "Eva Påhittad"],
                    [None, "Mottagning", "0953-140 11 (vx)", None, "vard 8-12, 13-16", None],
                    ["Summa", "2 st"],
                ],
            ),
            (
                "Vårdcentraler",
                [
                    ["Namn", "Tfn dagtid", "Tfn kväll/helg", "E-post"],
                    ["vc Påhitt", "Ank. 212", "1177", "vc@example.se"],
                ],
            ),
            change=_merge_list,
        ),
        {
            "Ortopeden, Avd 5": f"{NUMBER}, on_call 070-174 06 21 Kontaktperson: Eva Påhittad",
            "Ortopeden, Mottagning": "switchboard 0953-140 11",
            "vc Påhitt": "extension 212, on_call 1177",
        },
    ),
    "several remarks": (
        text(PLAIN + ";Övrigt;Kommentar", ROW + ";ett;två"),
        {"Köket": "direct 0953-140 10 ett; två"},
    ),
    "invisible characters": (text(PLAIN, ROW.replace("Köket", "Kö\u00adket\u200b")), KITCHEN),
    "empty columns between": (
        text("Huvudman;;Enhet;Typ;Telefon;;", "Malå kommun;;Köket;annan;0953-140 10;;"),
        KITCHEN,
    ),
    "workbook": (workbook(("Blad1", [HEAD, ONE])), KITCHEN),
    "numbers as numbers": (workbook(("Blad1", [HEAD, [*ONE[:3], 95314010]])), KITCHEN),
    "dates": (
        workbook(
            ("Blad1", [[*HEAD, "Kontrollerad"], [*ONE, date(2026, 5, 1)], [*TWO, datetime(2026, 5, 1, 8)]])
        ),
        BOTH,
    ),
    "two sheets": (workbook(("Kök", [HEAD, ONE]), ("Tvätt", [HEAD, TWO])), BOTH),
    "sheets of other shapes": (
        workbook(
            ("Kök", [HEAD, ONE]), ("Tvätt", [["Lista"], [], ["Namn", "Tel"], ["Tvätten", "0953-140 11"]])
        ),
        BOTH,
    ),
    "hidden row": (workbook(("Blad1", [HEAD, ONE, TWO]), change=_hide_row), BOTH),
    "noted": (workbook(("Blad1", [HEAD, ONE, TWO]), change=_note), BOTH),
    "struck through": (workbook(("Blad1", [HEAD, ONE, TWO]), change=_strike), KITCHEN),
    "merged": (workbook(("Blad1", [["Telefonlista"], [], HEAD, ONE, [None, *TWO[1:]]]), change=_merge), BOTH),
    "hidden sheet": (workbook(("Kök", [HEAD, ONE]), ("Gamla", [HEAD, TWO]), change=_hide_sheet), KITCHEN),
    "notes in a sheet of their own": (
        workbook(("Kök", [HEAD, ONE]), ("Läs mig", [["Ring växeln först"]])),
        KITCHEN,
    ),
    "xls": (xls({"Blad1": [HEAD, ONE]}), KITCHEN),
    "ods": (ods({"Blad1": [HEAD, ONE]}), KITCHEN),
    "mojibake in a workbook": (workbook(("Blad1", [HEAD, ["MalÃ¥ kommun", "KÃ¶ket", *ONE[2:]]])), KITCHEN),
}
