"""A county where something of everything has happened, and the people who ask for it."""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid4

from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from contacts.access import TypedBy
from contacts.filing.uploads import upload_steps
from contacts.models import Membership, User
from contacts.models.data_key import forget_keys, name_of
from contacts.rules.entry_facts import EntryKind
from contacts.rules.errors import Answers
from contacts.rules.permissions import Role
from contacts.rules.rota import Turn
from contacts.services.data_keys import destroy_key
from contacts.services.flags import flag_number
from contacts.services.progress import finish
from contacts.services.rota import add_turn
from contacts.services.work import ask
from forms.models import LateEntry, Sheet, SheetKind
from forms.rules.sheet_fate import Fate
from outage.models import Outage
from outage.queries.checklists import checklists_for
from outage.services.held_forms import hold_form
from outage.services.outages import record_support_contact
from outage.services.shift import hand_over_shift
from outage.services.ward_patients import open_each
from tests.factories import (
    TOLVAN,
    County,
    chain_facts,
    end_for_all,
    make_chain,
    make_county,
    make_entry,
    make_event,
    make_outage,
    person,
    persons,
    tell,
)
from tests.integration.borders.logs import sample
from tests.integration.forms.sheets_made import bring_to, make_batch, make_sheet, scan

# By the name of an argument in an address, of what kind it is an id.
OF_KIND = {
    "chain_id": ["outage.CareChain"],
    "handover_id": ["outage.Handover"],
    "event_id": ["outage.CareChainEvent"],
    "held_id": ["outage.HeldForm"],
    "upload_id": ["contacts.DirectoryUpload", "blanketter.ScanUpload"],
    "turn_id": ["contacts.RotaTurn"],
    "batch_id": ["blanketter.SheetBatch"],
    "page_id": ["blanketter.ScannedPage"],
    "entry_id": ["contacts.DirectoryEntry"],
    "unit_id": ["contacts.Unit"],
    "other_id": ["contacts.DirectoryEntry", "contacts.Unit"],
    "content_type_id": ["contenttypes.ContentType"],
    "id": ["contacts.User"],
    "person_id": ["contacts.User"],
    "membership_id": ["contacts.Membership"],
    "row_id": ["contacts.AuditEntry"],
    "sample_id": ["contacts.ReviewSample"],
    "work_id": ["contacts.Work"],
    "outage_id": ["outage.Outage"],
    "shift_id": ["outage.ShiftHandover"],
    "late_id": ["blanketter.LateEntry"],
    "pk": ["mfa.Authenticator"],
}


class Stands(StrEnum):
    """How the outage stands."""

    GOES_ON = "goes on"
    OVER = "over"
    PURGED = "purged"


class World:
    """The county, who asks in it, and which ids there are."""

    def __init__(self, stands: Stands) -> None:
        self.county = county = make_county()
        _happenings(county)
        root, keeper = persons(
            ("root", county.ward, Role.ADMIN), ("malin", county.social_care, Role.ADMIN), is_staff=True
        )
        reviewer = person("lo", county.ward, Role.LOG_REVIEWER)
        sample(reviewer)
        User.objects.filter(pk=root.user.pk).update(is_superuser=True)
        User.objects.filter(pk=county.esa.user.pk).update(is_demo=True)
        Membership.objects.filter(pk=root.membership.pk).update(active=False)
        two = county.bo
        Membership.objects.create(user=two.user, unit=county.ward, role=Role.STAFF)
        at_work = [county.alva, county.cissi, county.disa, county.adam, county.esa, keeper, reviewer]
        self.at_work = list(User.objects.filter(pk__in=[by.user.pk for by in at_work]).order_by("pk"))
        self.marks = [TypedBy(by.user.pk, by.membership.pk).mark for by in at_work]
        others = User.objects.filter(pk__in=[two.user.pk, root.user.pk]).order_by("pk")
        self.people: list[User | AnonymousUser] = [AnonymousUser(), *others, *self.at_work]
        self.lists = _lists(county)
        _late_entry(county)
        if stands is not Stands.GOES_ON:
            end_for_all(county, Outage.objects.get(), timezone.now())
        if stands is Stands.PURGED:
            destroy_key(by=None, name=name_of(county.region.pk, Outage.objects.get().pk))
            forget_keys()
        self._checklists = [card.key for card in checklists_for(county.ward)]

    def ids(self, argument: str, route: str) -> list[str]:
        """What an argument of an address may be and lead somewhere."""
        fixed = {
            "list_id": [str(self.lists)],
            "key": self._checklists,
            "which": ["att-ringa", "att-registrera", "vardkedjor", "lagesbild", "overlamning", "logg"],
            "form": ["csv", "xlsx", "vcf"],
            "part": ["1"],
            "name": ["hours"],
            "number": ["1", "2", "999"],
            "pk": ["1"],
            "organization_slug": ["tjanst"],
            "app_label": ["contacts", "outage"],
            "serial": list(Sheet.objects.order_by("pk").values_list("serial", flat=True)[:20]),
        }
        if argument in fixed:
            return [str(value) for value in fixed[argument]]
        if argument == "object_id" and route.count("/") > 3:
            app, model = route.split("/")[2:4]
            kinds = [f"{app}.{model}"] if app in {"contacts", "outage"} else ["contacts.Unit"]
        else:
            kinds = OF_KIND[argument]
        return [
            str(pk)
            for kind in kinds
            for pk in apps.get_model(kind)._default_manager.order_by("pk").values_list("pk", flat=True)[:20]
        ]


def _happenings(county: County) -> None:
    entry = make_entry(county.region, "Heimdalls hälsocentral", "0980-319 206", kind=EntryKind.HEALTH_CENTRE)
    make_entry(county.region, "Heimdall", "0980-319 206", unit=county.health_centre)
    make_entry(county.municipality, "Växeln", "0980-319 210", kind=EntryKind.SWITCHBOARD)
    flag_number(by=county.alva, client_id=uuid4(), number="0980-319 206", entry=entry)
    turn = Turn("Anna Ek", "070-174 06 05", datetime(2026, 11, 23, 16), datetime(2026, 11, 27, 8))
    add_turn(by=county.adam, unit=county.ward, client_id=uuid4(), turn=turn, answers=Answers({}, {}))
    outage = make_outage(county.alva)
    chain = make_chain(county, outage)
    make_chain(county, outage)
    make_chain(county, outage, by=county.disa, identity="19900101-9802")
    event = make_event(county.alva, chain, "discharge")
    make_event(county.alva, chain, "admission", ago=timedelta(hours=1))
    tell(county.alva, chain, event)
    sheet = make_sheet(county.alva, SheetKind.CARE_CHAIN, chain=chain, outage=outage)
    scan(county.alva, sheet)
    bring_to(county.alva, make_sheet(county.alva, SheetKind.LOG_SHEET, outage=outage), Fate.CHECKED)
    make_batch(county.alva, 2)
    hand_over_shift(by=county.alva, outage=outage, client_id=uuid4())
    record_support_contact(by=county.esa, outage=outage, client_id=uuid4(), at=timezone.now())
    for by in (county.alva, county.esa):
        for path in (f"/vardkedja/{chain.pk}/samtal/?riktning=given", "/vardkedjor/ny/", "/kontakter/ny/"):
            hold_form(by=by.membership, path=path, content={"spoken_to": ["Karin"], "number": ["0910"]})
    content = "Namn;Telefon\nHjälpmedel;0980-319 232".encode()
    finish(upload_steps(by=county.adam, client_id=uuid4(), content=content))
    for by in (county.alva, county.adam):
        ask(by=by, kind="directory.upload", label="Läs in", client_id=uuid4(), files=[content])


def _lists(county: County) -> UUID:
    list_id = uuid4()
    facts = chain_facts(county, identity=TOLVAN, patient_name="Klistrad Tolvansson")
    open_each(by=county.alva, outage=Outage.objects.get(), list_id=list_id, patients={0: facts})
    return list_id


def _late_entry(county: County) -> None:
    by = county.alva
    LateEntry(outage=Outage.objects.get(), said=[["Vem?", "Tolvan"]], user=by.user, unit=by.unit).save()
