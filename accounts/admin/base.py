"""The base of every page: it shows rows, changes none, and offers deeds."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse, reverse_lazy
from django.utils.http import urlencode
from django.views.decorators.debug import sensitive_post_parameters

from accounts.admin.deeds import Deed, Once, Paper
from accounts.admin.lists import KeysetChangeList
from accounts.admin.refusals import refuse, words_of
from accounts.admin.show import Fact, Page, Table, Words, Work
from accounts.errors import AlreadyDecided, DomainError
from accounts.permissions import SignedInRequest

View = Callable[..., HttpResponse]
LOGIN = reverse_lazy("admin:login")


def officers_only(view: Any) -> Any:
    """Have strangers sent to the officers' sign-in instead of the citizens'."""
    view.login_url = LOGIN
    return view


def _looked(once: Once) -> dict[str, Any]:
    return {**once.context, "looked": once.template}


def _to_print(paper: Paper) -> HttpResponse:
    named = {"Content-Disposition": f'attachment; filename="{paper.name}"'}
    return HttpResponse(paper.content, content_type="application/pdf", headers=named)


class OversightAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not at run time
    """Lists by key, details as facts and tables, deeds as pages of their own.

    Nothing is editable in place and nothing can be deleted. `adding` is the deed behind the
    stock "add" links; `audited_as` names the rows in the audit ledger; `label` is the page's
    name where the model's own plural is too wide. `pages` are others that are reached from the
    navigation; each sees to its own right.
    """

    section = "RECORDS"
    position = 50
    label: Words = ""
    deeds: Sequence[Deed] = ()
    adding: Deed | None = None
    pages: Sequence[Page] = ()
    keyset: Sequence[str] = ("pk",)
    newest_first = True
    audited_as = ""
    detail_template = "admin/detail.html"
    intro: Words = ""

    list_per_page = 50
    list_max_show_all = 0
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    sortable_by = ()

    # --- what subclasses say ---------------------------------------------------------------

    def rows_of_page(self, rows: QuerySet[Any]) -> Iterable[Any]:
        """What is read of the rows that are shown: joins and annotations belong here."""
        return rows

    def heading(self, row: Any) -> Any:
        """The title of a row's page."""
        return str(row)

    def facts(self, request: HttpRequest, row: Any) -> Sequence[Fact]:
        """What is known of a row."""
        return []

    def tables(self, request: HttpRequest, row: Any) -> Sequence[Table]:
        """What belongs to a row."""
        return []

    def aside(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """More for a detail template of its own."""
        return {}

    def audit_key(self, row: Any) -> str:
        """How the audit ledger names a row of this kind."""
        return str(row.pk)

    def work(self, request: HttpRequest) -> Sequence[Work]:
        """What waits, for the first page."""
        return []

    def standing(self, request: HttpRequest) -> Sequence[dict[str, Any]]:
        """How things stand, for the first page: a template and its context each."""
        return []

    # --- nothing is edited -----------------------------------------------------------------

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Whoever may do the deed that makes one."""
        return self.adding is not None and request.user.has_perm(self.adding.permission)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: changes are deeds."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    # --- pages -----------------------------------------------------------------------------

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[KeysetChangeList]:
        """Pages by key."""
        return KeysetChangeList

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The list, under its plural, with a sentence on what it is."""
        title = self.label or self.opts.verbose_name_plural
        context = {"title": title, "intro": self.intro, **(extra_context or {})}
        return super().changelist_view(request, context)

    def get_urls(self) -> list[URLPattern]:
        """A page for each deed, before the stock ones."""
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        own = [
            path(
                f"<path:object_id>/{deed.verb}/",
                self.admin_site.admin_view(self._deed_page(deed)),
                name=f"{name}_{deed.verb}",
            )
            for deed in self.deeds
        ]
        patterns = [*own, *super().get_urls()]
        for pattern in patterns:
            officers_only(pattern.callback)
        return patterns

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """One row: its facts, what belongs to it, and what may be done."""
        row = self._row(request, object_id)
        if request.method not in ("GET", "HEAD"):
            raise PermissionDenied
        tables = self.tables(request, row)
        context = {
            **self._context(request, row),
            "facts": self.facts(request, row),
            "tables": tables,
            "nothing": [table for table in tables if not table.rows and not table.always],
            "deeds": self._offered(request, row),
            "audit_url": self._audit_url(request, row),
            **self.aside(request, row),
        }
        return TemplateResponse(request, self.detail_template, context)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The deed that makes a row."""
        if self.adding is None:
            raise PermissionDenied
        return self._deed(cast(SignedInRequest, request), self.adding, None)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """Nothing is deleted here."""
        raise PermissionDenied

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """What the audit ledger says about a row."""
        url = self._audit_url(request, self._row(request, object_id))
        if not url:
            raise PermissionDenied
        return redirect(url)

    # --- deeds -----------------------------------------------------------------------------

    def _deed_page(self, deed: Deed) -> View:
        @sensitive_post_parameters()
        def page(request: SignedInRequest, object_id: str) -> HttpResponse:
            return self._deed(request, deed, self._row(request, object_id))

        return page

    def _deed(self, request: SignedInRequest, deed: Deed, row: Any) -> HttpResponse:
        """Show the deed's form, or what it would do, or do it and say so."""
        if not request.user.has_perm(deed.permission):
            raise PermissionDenied
        sent = request.POST if request.method == "POST" else None
        form = deed.form(sent, row=row, asked=request.GET)
        looked: dict[str, Any] = {}
        if form.is_valid():
            try:
                if deed.look is not None and "look" in request.POST:
                    looked = _looked(deed.look(request, row, form.cleaned_data))
                else:
                    once = deed.do(request, row, form.cleaned_data)
                    return self._after(request, deed, row, once)
            except DomainError as error:
                refuse(form, error)
        elif row is not None and not deed.offered(row):
            messages.warning(request, words_of(AlreadyDecided()))
            return redirect(self._row_url(row))
        context = {**self._context(request, row), **looked, "deed": deed, "form": form}
        return TemplateResponse(request, "admin/deed.html", context)

    def _after(
        self, request: HttpRequest, deed: Deed, row: Any, once: Once | Paper | None
    ) -> HttpResponse:
        if deed.done:
            messages.success(request, deed.done)
        if isinstance(once, Paper):
            return _to_print(once)
        if once is not None:
            context = {**self._context(request, row), "deed": deed, **once.context}
            return TemplateResponse(request, once.template, context)
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"
        return redirect(name if row is None else self._row_url(row))

    def _offered(self, request: HttpRequest, row: Any) -> list[tuple[str, Deed]]:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        return [
            (reverse(f"{name}_{deed.verb}", args=[row.pk]), deed)
            for deed in self.deeds
            if request.user.has_perm(deed.permission) and deed.offered(row)
        ]

    # --- parts -----------------------------------------------------------------------------

    def _row(self, request: HttpRequest, object_id: str) -> Any:
        try:
            key = self.opts.pk.to_python(unquote(object_id))
        except ValidationError:
            raise Http404 from None
        found = self.rows_of_page(self.get_queryset(request).filter(pk=key))
        row = next(iter(found), None)
        if row is None:
            raise Http404
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        return row

    def _row_url(self, row: Any) -> str:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
        return reverse(name, args=[row.pk])

    def _audit_url(self, request: HttpRequest, row: Any) -> str:
        if not self.audited_as or not request.user.has_perm("accounts.view_auditevent"):
            return ""
        target = {"target": f"{self.audited_as}:{self.audit_key(row)}"}
        return f"{reverse('admin:accounts_auditevent_changelist')}?{urlencode(target)}"

    def _context(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        request.current_app = self.admin_site.name
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "plural": self.label or self.opts.verbose_name_plural,
            "title": self.heading(row) if row is not None else self.opts.verbose_name,
            "original": row,
            "row_url": self._row_url(row) if row is not None else "",
            "has_view_permission": self.has_view_permission(request, row),
        }
