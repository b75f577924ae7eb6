"""Lists for tables of any size: pages by key, ids first, nothing counted."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.show import Words, region_names
from accounts.models import Citizen, Region, RegionLevel

AFTER = "after"


class KeysetChangeList(ChangeList):
    """A page begins after a key instead of at a number of rows.

    Two statements whatever the table's size: the keys of a page in the order of an index, then
    what is shown of these rows. The model's admin says by `keyset` and `newest_first` in which
    order, and by `rows_of_page` what the second statement reads.
    """

    model_admin: Any

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Note where the page begins."""
        self.after = request.GET.get(AFTER, "")
        super().__init__(request, *args, **kwargs)

    def get_filters_params(self, params: Any = None) -> Any:
        """Where the page begins is no filter."""
        lookups = super().get_filters_params(params)
        lookups.pop(AFTER, None)
        return lookups

    def get_query_string(self, new_params: Any = None, remove: Any = None) -> str:
        """Another filter begins at the first page."""
        return super().get_query_string(new_params, [*(remove or []), AFTER])

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Any]:
        """The key's order: there is an index for it, and for no other."""
        sign = "-" if self.model_admin.newest_first else ""
        return [sign + name for name in self.model_admin.keyset]

    def get_results(self, request: HttpRequest) -> None:
        """Read one page and whether another follows."""
        names = self.model_admin.keyset
        keys = list(self._behind(self.queryset).values_list(*names)[: self.list_per_page + 1])
        page = keys[: self.list_per_page]
        place = {key[-1]: number for number, key in enumerate(page)}
        rows = self.model._default_manager.filter(pk__in=list(place))
        found = self.model_admin.rows_of_page(rows)
        self.result_list = sorted(found, key=lambda row: place[row.pk])
        self.next_url = self._url_behind(page[-1]) if len(keys) > len(page) else ""
        self.first_url = self.get_query_string() if self.after else ""
        self._say_nothing_of_numbers()

    def _say_nothing_of_numbers(self) -> None:
        """What the stock templates ask for."""
        self.result_count = len(self.result_list)
        self.full_result_count = self.paginator = None
        self.show_full_result_count = self.can_show_all = self.multi_page = False
        self.show_admin_actions = False

    def _behind(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not self.after:
            return queryset
        operator = "lt" if self.model_admin.newest_first else "gt"
        return queryset.filter(_beyond(self.model_admin.keyset, self._key(), operator))

    def _key(self) -> list[Any]:
        fields = [self._field(name) for name in self.model_admin.keyset]
        try:
            parts = zip(fields, self.after.split(","), strict=True)
            return [field.to_python(text) for field, text in parts]
        except (ValueError, ValidationError) as error:
            raise IncorrectLookupParameters(error) from None

    def _field(self, name: str) -> Any:
        return self.opts.pk if name == "pk" else self.opts.get_field(name)

    def _url_behind(self, key: Sequence[Any]) -> str:
        parts = (part.isoformat() if hasattr(part, "isoformat") else str(part) for part in key)
        return self.get_query_string({AFTER: ",".join(parts)})


def _beyond(names: Sequence[str], values: Sequence[Any], operator: str) -> Q:
    strictly = Q(**{f"{names[0]}__{operator}": values[0]})
    if len(names) == 1:
        return strictly
    return strictly | Q(**{names[0]: values[0]}) & _beyond(names[1:], values[1:], operator)


class TextFilter(admin.SimpleListFilter):
    """A filter one types: the exact value of a column."""

    template = "admin/text_filter.html"
    column = ""
    hint: Words = ""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Django asks for at least one choice; the template shows a field instead."""
        return [("", "")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Rows with this very value."""
        value = (self.value() or "").strip()
        column = self.column or str(self.parameter_name)
        return queryset.filter(**{column: value}) if value else queryset

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """The field, and the other filters to keep."""
        others = [
            (name, value)
            for name, values in changelist.filter_params.items()
            if name not in (self.parameter_name, AFTER)
            for value in values
        ]
        clear = changelist.get_query_string(remove=[str(self.parameter_name)])
        yield {
            "name": self.parameter_name,
            "value": self.value() or "",
            "others": others,
            "hint": self.hint,
            "clear": clear,
        }


class WholeFilter(TextFilter):
    """A text filter over a number: anything else finds nothing."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Rows with this number."""
        value = (self.value() or "").strip()
        if value and not (value.isascii() and value.isdigit() and len(value) < 19):
            return queryset.none()
        return super().queryset(request, queryset)


def typed(
    parameter: str, label: Words, *, hint: Words = "", column: str = "", whole: bool = False
) -> type[TextFilter]:
    """A text filter over a column."""
    base = WholeFilter if whole else TextFilter
    fields = {"parameter_name": parameter, "title": label, "hint": hint, "column": column}
    return type(f"Typed_{parameter}", (base,), fields)


class RefFilter(TextFilter):
    """A text filter by the public name of what a row belongs to."""

    named: Any = None

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Rows of the one with this name."""
        ref = (self.value() or "").strip().lower()
        if not ref:
            return queryset
        found = self.named.objects.filter(ref=ref).values_list("pk", flat=True).first()
        return queryset.filter(**{f"{self.parameter_name}_id": found}) if found else queryset.none()


def by_ref(parameter: str, label: Words, named: Any) -> type[TextFilter]:
    """A filter by the `ref` of a model, over the column `<parameter>_id`."""
    fields = {"parameter_name": parameter, "title": label, "named": named}
    return type(f"ByRef_{parameter}", (RefFilter,), fields)


CITIZENS = by_ref("citizen", _("居民编号"), Citizen)


class _Since(admin.SimpleListFilter):
    title = _("时间")
    parameter_name = "since"
    column = "at"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Words]]:
        return [("1", _("24 小时内")), ("7", _("7 天内")), ("30", _("30 天内"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in {"1", "7", "30"}:
            return queryset
        start = timezone.now() - timedelta(days=int(self.value() or 0))
        return queryset.filter(**{f"{self.column}__gte": start})


def since(column: str) -> type[admin.SimpleListFilter]:
    """A filter by how recent an instant is."""
    return type(f"Since_{column}", (_Since,), {"column": column})


class _Defaulted(admin.SimpleListFilter):
    """Choices of which one holds unless another is picked; `all` shows everything."""

    options: Sequence[tuple[str, Words, Q]] = ()

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Words]]:
        return [(value, label) for value, label, _q in self.options]

    def _chosen(self) -> str:
        known = [value for value, _label, _q in self.options]
        value = self.value()
        return value if value in (*known, "all") else known[0]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self._chosen()
        wanted = [q for value, _label, q in self.options if value == chosen]
        return queryset.filter(*wanted)

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        for value, label in [*self.lookup_choices, ("all", gettext("全部"))]:
            query = changelist.get_query_string({str(self.parameter_name): value})
            selected = self._chosen() == value
            yield {"selected": selected, "query_string": query, "display": label}


def defaulted(
    parameter: str, label: Words, *options: tuple[str, Words, Q]
) -> type[admin.SimpleListFilter]:
    """A filter whose first option holds by default: what waits comes first."""
    fields = {"parameter_name": parameter, "title": label, "options": options}
    return type(f"Defaulted_{parameter}", (_Defaulted,), fields)


class DistrictFilter(admin.SimpleListFilter):
    """By the district on the row itself: no join. Folded away, for there are many."""

    template = "admin/folded_filter.html"
    title = _("区")
    parameter_name = "district"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The city's districts."""
        codes = Region.objects.filter(level=RegionLevel.DISTRICT).values_list("code", flat=True)
        return list(region_names(list(codes)).items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Rows of one district."""
        return queryset.filter(district=self.value()) if self.value() else queryset
