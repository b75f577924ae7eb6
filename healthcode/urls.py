"""The code page, its reasons and appeals, the road in for evidence, and the public keys."""

from django.urls import path

from healthcode import views
from healthcode.api import EvidenceView

app_name = "healthcode"
KEYS = ".well-known/healthcode/"

urlpatterns = [
    path("", views.code, name="code"),
    path("code/fragment/", views.fragment, name="fragment"),
    path("code/pulse/", views.pulse, name="pulse"),
    path("code/offline/", views.code_shell, name="code-shell"),
    path("sw.js", views.code_worker, name="code-worker"),
    path("code/leave/", views.leave, name="leave"),
    path("code/bound/", views.bound_pass, name="bound-pass"),
    path("why/", views.why, name="why"),
    path("appeal/", views.appeal, name="appeal"),
    path("api/v1/evidence/", EvidenceView.as_view(), name="evidence"),
    path(f"{KEYS}keys", views.key_list, name="key-list"),
    path(f"{KEYS}keys.json", views.jwk_set, name="jwk-set"),
    path(f"{KEYS}state", views.state, name="state"),
    path(f"{KEYS}withdrawn/", views.withdrawn_lists, name="withdrawn-lists"),
    path(f"{KEYS}withdrawn/<int:number>", views.withdrawn, name="withdrawn"),
]
