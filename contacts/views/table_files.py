"""A file that is one table, imported through a preview: chosen, shown, and confirmed as it was shown."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from contacts.access import Acting, ActingRequest
from contacts.filing.errors import PlanChanged
from contacts.filing.letters import REPAIRS, garbled_words, repair_for, repaired
from contacts.filing.limits import WHILE_WAITING
from contacts.filing.reading import read_table
from contacts.rules.permissions import Right
from contacts.rules.work import LineFull
from contacts.services.work import ask
from contacts.views.tools import FormPage, require, sent
from contacts.views.work import asked
from contacts.webforms.importing import UploadForm
from contacts.webforms.tables import REPAIR, ConfirmTableForm, LettersForm

Table = list[list[str]]
Plan = TypeVar("Plan")


@dataclass(frozen=True)
class TableImport(Generic[Plan]):
    """What one kind of file needs: who may, its plan and how that is shown, and the work that writes it.

    `page` is the address to choose a file at; `folder` has the two templates. `check` raises PlanChanged where the plan
    has another mark by now.
    """

    right: Right
    page: str
    folder: str
    advice: str
    told: Mapping[str, object]
    plan: Callable[[Acting, Table], Plan]
    mark: Callable[[Plan], str]
    shown: Callable[[Plan], object]
    check: Callable[[Acting, Table, str], Plan]
    kind: str
    label: str

    def choose(self, request: ActingRequest) -> HttpResponse:
        """Choose a file, and see what it would do, once letters that look wrong are asked about; nothing is written."""
        require(request.acting, self.right)
        if "table" in request.POST:
            return self._with_letters(request)
        form = UploadForm(*sent(request))
        page = FormPage(request, form, beside="file")
        if page.to_save():
            with page:
                table = read_table(form.cleaned_data["file"].read(), self.advice, WHILE_WAITING)
                if repair_for(cell for row in table for cell in row):
                    # No letter is lost on the way: as JSON it is ASCII.
                    return self._ask_letters(
                        request, table, LettersForm(initial={"table": json.dumps(table)})
                    )
                return self._preview(request, table, self.plan(request.acting, table))
        return page.show(f"{self.folder}/upload.html", **self.told)

    def _with_letters(self, request: ActingRequest) -> HttpResponse:
        form = LettersForm(request.POST)
        form.full_clean()
        table = form.cleaned_data.get("table")
        if table is None:
            messages.error(request, "Inget är inläst. Välj filen igen.")
            return redirect(self.page)
        if not form.is_valid():
            return self._ask_letters(request, table, form)
        if form.cleaned_data["letters"] == REPAIR:
            how = repair_for(cell for row in table for cell in row)
            table = [[repaired(cell, how) for cell in row] for row in table] if how else table
        return self._preview(request, table, self.plan(request.acting, table))

    def _ask_letters(self, request: ActingRequest, table: Table, form: LettersForm) -> HttpResponse:
        cells = [cell for row in table for cell in row]
        how = repair_for(cells)
        context = {
            "form": form,
            "title": self.label,
            "how": REPAIRS.get(how, ""),
            "garbled": garbled_words(cells, how),
            "action": reverse(self.page),
        }
        return render(
            request, "contacts/importing/table_letters.html", context, status=422 if form.errors else 200
        )

    def confirm(self, request: ActingRequest) -> HttpResponse:
        """Import the file that was shown; where it would do something else by now that is shown instead."""
        require(request.acting, self.right)
        form = ConfirmTableForm(request.POST)
        if not form.is_valid():
            messages.error(request, "Inget är inläst. Välj filen igen.")
            return redirect(self.page)
        table, mark = form.cleaned_data["table"], form.cleaned_data["mark"]
        try:
            work = ask(
                by=request.acting,
                kind=self.kind,
                label=self.label,
                client_id=form.cleaned_data["client_id"],
                files=[json.dumps({"table": table, "mark": mark}).encode()],
                check=lambda: self.check(request.acting, table, mark),
            )
        except PlanChanged as changed:
            return self._preview(request, table, changed.plan, notice=changed.reason, status=409)
        except LineFull as full:
            return self._preview(
                request, table, self.plan(request.acting, table), notice=full.reason, status=422
            )
        return asked(work)

    def _preview(
        self, request: ActingRequest, table: Table, plan: Plan, *, notice: str = "", status: int = 200
    ) -> HttpResponse:
        context: dict[str, Any] = {
            "plan": self.shown(plan),
            "notice": notice,
            "mark": self.mark(plan),
            "table": json.dumps(table, ensure_ascii=False),
            "client_id": uuid4(),
        }
        return render(request, f"{self.folder}/preview.html", context, status=status)
