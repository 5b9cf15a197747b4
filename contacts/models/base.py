"""Base classes for the models of all three apps: rows that are written once, and at/by pairs."""

from collections.abc import Mapping
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, TypeVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS, models, router, transaction
from django.db.models import signals

from .inserting import inserted

if TYPE_CHECKING:
    from .staff import User


class AppendOnlyError(Exception):
    """Somebody tried to change or delete a row of history."""


Row = TypeVar("Row", bound=models.Model, covariant=True)


class AppendOnlyQuerySet(models.QuerySet[Row]):
    def update(self, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError(f"{self.model.__name__} rows are never changed")

    def delete(self) -> NoReturn:
        raise AppendOnlyError(f"{self.model.__name__} rows are never deleted")


@cache
def _is_listened_to(model: type[models.Model]) -> bool:
    return any(signal.has_listeners(model) for signal in (signals.pre_save, signals.post_save))


class WithId(models.Model):
    """Rows whose key is `id`, of which so many are read that Django's way to it, by the model's options, shows."""

    pk = property(attrgetter("id"), models.Model._set_pk_val)  # type: ignore[attr-defined]

    class Meta:
        abstract = True


class AppendOnlyModel(models.Model):
    """A row of what happened. A correction or a withdrawal is a new row that points at the old one."""

    append_only = True
    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert the row; raises AppendOnlyError when it is there already."""
        if not self._state.adding:
            raise AppendOnlyError(f"{type(self).__name__} rows are never changed")
        self.check_fields()
        if args or kwargs.keys() - {"force_insert", "using"} or _is_listened_to(type(self)):
            super().save(*args, **kwargs | {"force_insert": True})
        else:
            self._insert(kwargs.get("using"))

    def save_unless_there(self) -> bool:
        """Insert the row; False, with nothing written, where its key is taken. Nobody is told of such a row."""
        self.check_fields()
        fields = self._meta.local_concrete_fields
        return inserted(self, DEFAULT_DB_ALIAS, fields, (), unless_there=True) is not None

    def _insert(self, using: str | None) -> None:
        """As Django's `save` does, of a row that has no parents, of which nobody is told and which is never changed."""
        self._prepare_related_fields_for_save(operation_name="save")  # type: ignore[attr-defined]
        meta, using = self._meta, using or router.db_for_write(type(self), instance=self)
        with transaction.mark_for_rollback_on_error(using):
            if self.pk is None:
                self.pk = meta.pk.get_pk_value_on_save(self)
            fields = [
                f for f in meta.local_concrete_fields if self.pk is not None or f is not meta.auto_field
            ]
            returned: Any = meta.db_returning_fields
            for row in self._do_insert(type(self)._base_manager, using, fields, returned, raw=False)[:1]:
                for value, field in zip(row, returned, strict=False):
                    setattr(self, field.attname, value)
        self._state.db, self._state.adding = using, False

    def _do_insert(self, manager: Any, using: Any, fields: Any, returning_fields: Any, raw: Any) -> Any:
        found = None if raw else inserted(self, using, fields, returning_fields)
        if found is None:
            return super()._do_insert(manager, using, fields, returning_fields, raw)  # type: ignore[misc]
        return found

    def check_fields(self) -> None:
        """Raises ValidationError for what not every database refuses: lengths, choices, and what must not be empty.

        Keys and constraints are the database's own to refuse; the rows that this one points at are already loaded.
        """
        wrong = {}
        for field in self._meta.concrete_fields:
            value = getattr(self, field.attname)
            if (
                field.is_relation
                or (value is None and field.null)
                or (field.blank and value in field.empty_values)
            ):
                continue
            try:
                setattr(self, field.attname, field.clean(value, self))
            except ValidationError as error:
                wrong[field.name] = error.error_list
        if wrong:
            raise ValidationError(wrong)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError(f"{type(self).__name__} rows are never deleted")


class KeyedModel(WithId):
    """A row with columns that follow from others, `keyed_by`: saved with any of those, they are saved too."""

    keyed_by: ClassVar[Mapping[str, tuple[str, ...]]]

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.make_keys()
        if (named := kwargs.get("update_fields")) is not None:
            following = {key for key, fields in self.keyed_by.items() if not set(fields).isdisjoint(named)}
            kwargs["update_fields"] = {*named, *following}
        super().save(*args, **kwargs)

    def make_keys(self) -> None:
        """Recompute the columns that follow; for rows that are written in bulk, without `save`."""
        raise NotImplementedError


def person() -> "models.ForeignKey[User, User]":
    """Whoever wrote the row."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="person"
    )


def joined_into() -> "models.ForeignKey[Any, Any]":
    """The row that this one is part of since the two were joined."""
    return models.ForeignKey(
        "self",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="joined",
        verbose_name="sammanförd med",
    )


def paired(at: str, by: str, name: str) -> models.CheckConstraint:
    """A constraint that the columns `at` and `by` are both set or both empty."""
    both_empty = models.Q(**{f"{at}__isnull": True, f"{by}__isnull": True})
    both_set = models.Q(**{f"{at}__isnull": False, f"{by}__isnull": False})
    return models.CheckConstraint(condition=both_empty | both_set, name=name)
