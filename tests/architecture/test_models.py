"""Every model says whether its rows are history, and history cannot be changed by any way the ORM offers."""

from itertools import chain

import pytest
from django.apps import apps
from django.db import models

from contacts.models.base import AppendOnlyError, KeyedModel
from tests.architecture.tree import APPS

MODELS = [model for model in apps.get_models() if model.__module__.split(".")[0] in APPS]
HISTORY = [model for model in MODELS if getattr(model, "append_only", False)]


def label(model: type[models.Model]) -> str:
    return model._meta.label


@pytest.mark.parametrize("model", MODELS, ids=label)
def test_a_model_says_whether_its_rows_are_history(model: type[models.Model]):
    assert getattr(model, "append_only", None) in (True, False), (
        f"{label(model)}: write append_only = True or False"
    )


@pytest.mark.parametrize("model", HISTORY, ids=label)
def test_a_row_of_history_is_neither_changed_nor_deleted(model: type[models.Model]):
    row = model()
    row._state.adding = False
    for change in (row.save, row.delete, lambda: row.save(update_fields=[])):
        with pytest.raises(AppendOnlyError):
            change()


@pytest.mark.parametrize("model", HISTORY, ids=label)
def test_no_manager_changes_or_deletes_history(model: type[models.Model]):
    field = next(f for f in model._meta.concrete_fields if not f.primary_key)
    for manager in model._meta.managers:
        with pytest.raises(AppendOnlyError):
            manager.all().delete()
        with pytest.raises(AppendOnlyError):
            manager.all().update(**{field.attname: None})


@pytest.mark.parametrize("model", HISTORY, ids=label)
def test_deleting_what_history_points_at_never_touches_it(model: type[models.Model]):
    safe = {models.PROTECT, models.RESTRICT, models.DO_NOTHING}
    loose = [
        field.name
        for field in model._meta.concrete_fields
        if field.remote_field and field.remote_field.on_delete not in safe
    ]
    assert not loose


def keys(model: type[models.Model]) -> set[str]:
    return {f.name for f in model._meta.concrete_fields if f.name.endswith("_key") and not f.editable}


@pytest.mark.parametrize("model", [m for m in MODELS if issubclass(m, KeyedModel)], ids=label)
def test_a_column_that_follows_from_others_names_them(model: type[KeyedModel]):
    assert set(model.keyed_by) == keys(model)
    columns = {field.name for field in model._meta.concrete_fields}
    assert columns.issuperset(chain(*model.keyed_by.values()))


def test_columns_that_follow_are_saved_with_what_they_follow():
    """A model that computes its keys when it is saved is one that names what they follow from."""
    assert [
        label(m) for m in MODELS if {"search_key", "sort_key"} & keys(m) and not issubclass(m, KeyedModel)
    ] == []


def test_there_is_history():
    assert {"contacts.AuditEntry", "outage.Handover", "outage.CareChainEvent"} <= {label(m) for m in HISTORY}
