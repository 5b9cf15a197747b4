"""One sheet's page as people meet it: what it tells, what it offers, a step taken or refused (R2.6)."""

from uuid import uuid4

import pytest
from django.urls import reverse

from forms.models import SheetKind
from forms.queries.entering import open_for_entering
from forms.queries.sheets import Where, figures, sheets_page
from forms.rules.serial import make_serial
from forms.rules.sheet_fate import Fate, Look, VoidReason
from forms.services.fates import mark_filled, void_sheet
from tests.factories import make_chain, make_outage
from tests.integration.outage.pages import errors_of, read

from .sheet_pages import form_for, offered, opened, take, text_of
from .sheets_made import bring_to, decide, make_batch, make_sheet, path_of, scan

pytestmark = pytest.mark.django_db
MISSING = make_serial(980)
ENDED = {"void_reason": VoidReason.UNUSED}


class TestSheet:
    def test_the_page_tells_what_it_is_and_all_that_became_of_it(self, client, county, alva):
        chain = make_chain(county, make_outage(alva))
        sheet = make_sheet(alva, chain=chain, pages=2)
        void_sheet(
            by=county.esa,
            sheet=sheet,
            client_id=uuid4(),
            void_reason=VoidReason.LOST,
            reason="Två samtal <b>till</b> kommunen",
        )
        page = read(opened(client, alva, "sheet", sheet.serial)).main
        text = text_of(page)
        for told in (
            f"Blad {sheet.shown_serial}",
            "Vårdkedjeblankett, vårdkedja 1 , skrevs ut 10.52 Makulerat",
            "Vårdkedja 1",
            "Borttappat Två samtal <b>till</b> kommunen",
            "Esa Påhittad, Sjuksköterska, Medicin 2",
            "sigill: Provsigill",
            "Sida 2 av 2 Sidan är inte skannad.",
            "Inget mer behöver göras med bladet.",
        ):
            assert told in text, told
        assert offered(client, alva, sheet) == {"tillbaka"}

    def test_each_page_stands_beside_its_last_picture(self, client, alva):
        sheet = make_sheet(alva, pages=2)
        scan(alva, sheet)
        mark_filled(by=alva, sheet=sheet, client_id=uuid4(), reason="Suddig")
        second = scan(alva, sheet, typed=True)
        page = read(opened(client, alva, "sheet", sheet.serial)).main
        pictures = [image["src"] for image in page.select(".sheet-pages img")]
        assert pictures == [reverse("page_picture", args=[each.pk]) for each in second]
        assert "löpnumret skrevs för hand" in text_of(page)

    @pytest.mark.clause("R2.6")
    @pytest.mark.parametrize(
        ("kind", "step", "words"),
        [
            (SheetKind.CARE_CHAIN, Fate.PRINTED, {"ifyllt", "makulera"}),
            (SheetKind.LOG_SHEET, Fate.FILLED, {"infort", "makulera"}),
            (SheetKind.SIP, Fate.SCANNED, {"infort", "granska", "skanna-om", "borta"}),
            (SheetKind.CARE_CHAIN, Fate.CHECKED, {"infort", "skanna-om", "forstor", "spara", "borta"}),
            (SheetKind.CARE_CHAIN, Fate.KEPT, {"infort", "skanna-om", "forstor", "borta"}),
            (SheetKind.SIP_PATIENT, Fate.PRINTED, {"lamna-over", "makulera"}),
            (SheetKind.CHECKLIST, Fate.PRINTED, set()),
        ],
    )
    def test_what_is_offered_is_what_can_be_done(self, client, county, alva, kind, step, words):
        decide(county.adam)
        assert offered(client, alva, bring_to(alva, make_sheet(alva, kind), step)) == words

    def test_what_can_not_be_done_says_why(self, client, alva, sheet):
        text = text_of(read(opened(client, alva, "sheet", sheet.serial)).main)
        assert "Granska Bladet måste vara skannat innan det granskas." in text
        assert "Förstör Bladet måste vara skannat och granskat innan det förstörs." in text

    @pytest.mark.clause("R2.6")
    def test_without_a_decision_the_button_says_why_it_is_not_there(self, client, county, alva, sheet):
        bring_to(alva, sheet, Fate.CHECKED)
        assert offered(client, alva, sheet) == {"infort", "skanna-om", "spara", "borta"}
        text = text_of(read(opened(client, alva, "sheet", sheet.serial)).main)
        assert "Inget gallringsbeslut är infört för Region Västerbotten." in text
        decide(county.adam, allows=False, reference="RS 981-2026")
        assert offered(client, alva, sheet) == {"infort", "skanna-om", "spara", "borta"}
        text = text_of(read(opened(client, alva, "sheet", sheet.serial)).main)
        assert "Får inte förstöras enligt RS 981-2026." in text

    @pytest.mark.parametrize("who", ["bo", "cissi", "disa"])
    @pytest.mark.parametrize("name", ["sheet", "sheet_step"])
    def test_another_unit_is_told_of_no_sheet(self, client, county, sheet, who, name):
        client.force_login(county.somebody(who).user)
        ask = client.get if name == "sheet" else client.post
        for serial in (sheet.serial, MISSING):
            assert ask(reverse(name, args=[serial]), {"steg": "ifyllt"}).status_code == 404

    @pytest.mark.parametrize("name", ["sheet", "sheet_step"])
    def test_an_administrator_has_no_errand_there(self, client, county, sheet, name):
        client.force_login(county.adam.user)
        ask = client.get if name == "sheet" else client.post
        assert ask(reverse(name, args=[sheet.serial])).status_code == 403

    @pytest.mark.parametrize("serial", ["0", "000000001", "å", "\x00", "a" * 300])
    def test_what_is_no_serial_is_no_page(self, client, alva, serial):
        assert opened(client, alva, "sheet", serial).status_code == 404

    def test_a_serial_is_written_in_one_way_in_an_address(self, client, alva, sheet):
        assert opened(client, alva, "sheet", sheet.shown_serial).status_code == 404

    def test_nobody_is_let_in_without_a_log_in(self, client, sheet):
        for address in (reverse("sheets"), reverse("sheet", args=[sheet.serial]), reverse("disposal")):
            assert client.get(address).headers["Location"].startswith(reverse("account_login"))

    def test_a_step_is_not_taken_by_looking(self, client, alva, sheet):
        client.force_login(alva.user)
        assert client.get(reverse("sheet_step", args=[sheet.serial])).status_code == 405

    @pytest.mark.parametrize("word", ["", "skannat", "skanna_om", "<b>"])
    def test_an_unknown_step_is_no_step(self, client, alva, sheet, word):
        client.force_login(alva.user)
        answer = client.post(reverse("sheet_step", args=[sheet.serial]), {"steg": word})
        assert answer.status_code == 404

    def test_what_is_not_followed_takes_no_step(self, client, alva):
        sheet = make_sheet(alva, SheetKind.CHECKLIST)
        client.force_login(alva.user)
        answer = client.post(reverse("sheet_step", args=[sheet.serial]), {"steg": "ifyllt"})
        assert answer.status_code == 404
        assert path_of(sheet) == ["printed"]


class TestSteps:
    @pytest.mark.clause("R2.6")
    def test_from_printer_to_shredder_on_the_page(self, client, county, alva, sheet):
        decide(county.adam)
        assert take(client, alva, sheet, "ifyllt").status_code == 302
        scan(alva, sheet)
        answer = take(client, alva, sheet, "granska", looked=[look.value for look in Look])
        assert answer.headers["Location"] == reverse("sheet", args=[sheet.serial])
        take(client, alva, sheet, "forstor")
        assert path_of(sheet) == ["printed", "filled", "scanned", "checked", "destroyed"]
        text = text_of(read(opened(client, alva, "sheet", sheet.serial)).main)
        assert "Enligt RS 980-2026" in text
        assert "Bladet har ett öde" in text
        assert figures(alva.unit)[Where.ALL] == 0

    @pytest.mark.clause("R2.6")
    @pytest.mark.parametrize("end", ["kept", "destroyed", "voided"])
    def test_a_paper_that_is_here_all_the_same_is_followed_anew_and_entered_from(
        self, client, county, alva, sheet, end
    ):
        decide(county.adam)
        if end == "voided":
            take(client, alva, sheet, "makulera", void_reason="unused")
        else:
            bring_to(alva, sheet, Fate.CHECKED)
            take(client, alva, sheet, "spara" if end == "kept" else "forstor")
        word = "skanna-om" if end == "kept" else "tillbaka"
        assert take(client, alva, sheet, word, reason=" ").status_code == 422
        assert take(client, alva, sheet, word, reason="Skrivet på efteråt").status_code == 302
        assert path_of(sheet)[-2:] == [end, "filled"]
        # Each place where sheets are asked for asks for it again.
        assert (figures(alva.unit)[Where.FILLED], figures(alva.unit)[Where.NOT_ENTERED]) == (1, 1)
        assert list(sheets_page(alva.unit, Where.ALL)) == [sheet]
        assert open_for_entering(sheet)
        scan(alva, sheet)
        assert path_of(sheet)[-1] == "scanned"

    @pytest.mark.clause("R3.11")
    def test_a_copy_that_was_not_handed_over_is_asked_for_again(self, client, alva):
        copy = make_sheet(alva, SheetKind.SIP_PATIENT)
        take(client, alva, copy, "lamna-over", given_to="Tolvan Tolvansson")
        take(client, alva, copy, "tillbaka", reason="Gällde ett annat blad")
        assert offered(client, alva, copy) == {"lamna-over", "makulera"}
        assert figures(alva.unit)[Where.FILLED] == 1
        assert "Skanna bladet" not in text_of(read(opened(client, alva, "sheet", copy.serial)).main)

    def test_where_the_paper_is_gone_the_sheet_is_voided_and_its_picture_stays(self, client, alva):
        make_outage(alva)
        (sheet,) = make_batch(alva, 1)
        bring_to(alva, sheet, Fate.CHECKED)
        answer = take(client, alva, sheet, "borta", void_reason="lost", reason="Borta från pärmen i går")
        assert answer.status_code == 302
        assert path_of(sheet)[-1] == "voided"
        page = read(opened(client, alva, "sheet", sheet.serial)).main
        text = text_of(page)
        assert "Borttappat Borta från pärmen i går" in text
        assert "Inget samtal är infört från bladet. För in samtal från bladet" in text
        assert len(page.select(".sheet-pages img")) == 1
        assert offered(client, alva, sheet) == {"infort", "tillbaka"}
        assert figures(alva.unit)[Where.ALL] == 0

    @pytest.mark.clause("R2.4")
    @pytest.mark.parametrize("step", [Fate.PRINTED, Fate.FILLED, Fate.SCANNED, Fate.CHECKED])
    def test_before_a_paper_goes_one_is_told_that_nothing_of_it_is_in_the_log(self, client, alva, step):
        for sheet in (*make_batch(alva, 1), make_sheet(alva)):
            bring_to(alva, sheet, step)
            text = text_of(read(opened(client, alva, "sheet", sheet.serial)).main)
            assert ("Inget samtal är infört från bladet." in text) is (step is not Fate.PRINTED)

    def test_the_patients_copy_is_handed_over(self, client, alva):
        copy = make_sheet(alva, SheetKind.SIP_PATIENT)
        assert take(client, alva, copy, "lamna-over", given_to="Dottern Disa").status_code == 302
        assert "Till Dottern Disa" in text_of(read(opened(client, alva, "sheet", copy.serial)).main)

    @pytest.mark.parametrize(
        ("step", "word", "typed", "told", "stands"),
        [
            (Fate.PRINTED, "makulera", {"reason": "Kaffe"}, "Välj varför.", "Kaffe"),
            (Fate.PRINTED, "makulera", {"void_reason": "lost"}, "Skriv vad som stod på bladet.", "checked"),
            (
                Fate.PRINTED,
                "makulera",
                {"void_reason": "other", "reason": " "},
                "Skriv varför bladet",
                "checked",
            ),
            (Fate.PRINTED, "makulera", {"void_reason": "eaten", "reason": "Får"}, "Välj", "Får"),
            (Fate.SCANNED, "granska", {"looked": ["legible", "complete"]}, "Bocka av alla fyra", "checked"),
            (Fate.SCANNED, "skanna-om", {"reason": " "}, "Skriv varför.", ""),
            (Fate.SCANNED, "skanna-om", {"reason": "x" * 301}, "300", "x" * 301),
            (Fate.SCANNED, "borta", {"void_reason": "unused", "reason": "Får"}, "Välj", "Får"),
            (Fate.SCANNED, "borta", {"reason": "I går"}, "Välj vad som har hänt.", "I går"),
            (Fate.KEPT, "borta", {"void_reason": "lost", "reason": " "}, "Skriv vad som har", "checked"),
            (Fate.CHECKED, "forstor", {"on": "2199-01-01"}, "framåt i tiden", "2199-01-01"),
            (Fate.CHECKED, "forstor", {"on": "2020-01-01"}, "inte skannat den dagen", "2020-01-01"),
            (Fate.CHECKED, "forstor", {"on": "i går"}, "Skriv dagen som", "i går"),
        ],
    )
    def test_a_refusal_stands_by_its_form_with_everything_typed(
        self, client, county, alva, sheet, step, word, typed, told, stands
    ):
        decide(county.adam)
        bring_to(alva, sheet, step)
        before = path_of(sheet)
        answer = take(client, alva, sheet, word, **typed)
        assert answer.status_code == 422
        page = read(answer)
        assert told in errors_of(page)
        alert = page.main.find(attrs={"role": "alert"})
        assert alert.find_parent("form").select_one('[name="steg"]')["value"] == word
        assert stands in str(alert.find_parent("form"))
        more = alert.find_parent("details")
        assert more is None or more.has_attr("open")
        assert path_of(sheet) == before

    def test_who_was_second_is_told_and_keeps_what_was_typed(self, client, county, alva, sheet):
        fields = form_for(read(opened(client, alva, "sheet", sheet.serial)).main, "makulera")
        mark_filled(by=county.esa, sheet=sheet)
        answer = client.post(
            reverse("sheet_step", args=[sheet.serial]),
            fields | {"void_reason": "other", "reason": "Kaffe på bladet"},
        )
        assert answer.status_code == 409
        page = read(answer)
        assert "Bladet ändrades nyss." in errors_of(page)
        assert path_of(sheet) == ["printed", "filled"]
        # What was typed is there to be sent again, now that the person has read what the other did.
        again = client.post(reverse("sheet_step", args=[sheet.serial]), form_for(page.main, "makulera"))
        assert again.status_code == 302
        assert sheet.fates.get(fate="voided").reason == "Kaffe på bladet"

    def test_who_comes_when_it_is_over_is_told_why_and_keeps_what_was_typed(
        self, client, county, alva, sheet
    ):
        fields = form_for(read(opened(client, alva, "sheet", sheet.serial)).main, "makulera")
        void_sheet(by=county.esa, sheet=sheet, client_id=uuid4(), **ENDED)
        for status, told in ((409, "Bladet ändrades nyss."), (422, "Bladet är redan makulerat.")):
            fields = fields | {"void_reason": "other", "reason": "Kaffe på bladet"}
            answer = client.post(reverse("sheet_step", args=[sheet.serial]), fields)
            assert answer.status_code == status
            page = read(answer)
            assert told in errors_of(page)
            assert "Kaffe på bladet" in str(page.main)
            fields = form_for(page.main, "makulera")
        assert path_of(sheet) == ["printed", "voided"]

    def test_an_id_sent_for_another_thing_keeps_both(self, client, alva, sheet):
        other = make_sheet(alva)
        fields = form_for(read(opened(client, alva, "sheet", sheet.serial)).main, "ifyllt")
        client.post(reverse("sheet_step", args=[sheet.serial]), fields)
        answer = client.post(reverse("sheet_step", args=[other.serial]), fields)
        assert answer.status_code == 409
        assert path_of(other) == ["printed"]
        again = client.post(reverse("sheet_step", args=[other.serial]), form_for(read(answer).main, "ifyllt"))
        assert again.status_code == 302
        assert path_of(other) == ["printed", "filled"]

    def test_sent_twice_it_is_one_step(self, client, alva, sheet):
        fields = form_for(read(opened(client, alva, "sheet", sheet.serial)).main, "ifyllt")
        for _ in range(2):
            assert client.post(reverse("sheet_step", args=[sheet.serial]), fields).status_code == 302
        assert path_of(sheet) == ["printed", "filled"]

    def test_a_form_held_over_a_lapsed_log_in_is_shown_and_not_sent(self, client, alva, sheet):
        fields = form_for(read(opened(client, alva, "sheet", sheet.serial)).main, "makulera")
        typed = {"void_reason": "other", "reason": "Kaffe på bladet", "held": "1"}
        answer = client.post(reverse("sheet_step", args=[sheet.serial]), fields | typed)
        assert answer.status_code == 200
        assert "Kaffe på bladet" in str(read(answer).main)
        assert path_of(sheet) == ["printed"]
