"""Where every page and endpoint lives. What is public is listed by a test."""

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.i18n import JavaScriptCatalog, set_language
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from health_check.views import HealthCheckView

from accounts.urls import officers

HEALTH_CHECKS = ("health_check.checks.Database", "health_check.checks.Cache")

urlpatterns = [
    path("", include("healthcode.urls")),
    path("", include("accounts.urls")),
    path("", include("tracing.urls")),
    path("accounts/", include(officers)),
    path("admin/", admin.site.urls),
    path("language/", login_not_required(set_language), name="set_language"),
    path("jsi18n/", login_not_required(JavaScriptCatalog.as_view()), name="jsi18n"),
    path("api/v1/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/v1/docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="api-docs"),
    path(
        "healthz/",
        login_not_required(HealthCheckView.as_view(checks=HEALTH_CHECKS)),
        name="healthz",
    ),
]
