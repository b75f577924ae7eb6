"""The staff pages, a citizen's own visits and check-ins, and the gate API."""

from django.urls import path

from tracing import api, views

app_name = "tracing"

urlpatterns = [
    path("staff/", views.staff, name="staff"),
    path("staff/enrol/", views.staff_enrol, name="staff-enrol"),
    path("staff/sw.js", views.staff_worker, name="staff-worker"),
    path("staff/manifest.webmanifest", views.staff_manifest, name="staff-manifest"),
    path("visits/", views.own_visits, name="visits"),
    path("checkin/", views.checkin, name="checkin"),
    path("checkin/here/", views.checked_in, name="checked-in"),
    path("checkin/leave/", views.leave, name="check-out"),
    path("api/v1/devices/enrol/", api.EnrolView.as_view(), name="device-enrol"),
    path("api/v1/devices/me/", api.MeView.as_view(), name="device-me"),
    path("api/v1/devices/kit/", api.KitView.as_view(), name="device-kit"),
    path("api/v1/devices/store/", api.StoreView.as_view(), name="device-store"),
    path("api/v1/verify/", api.VerifyView.as_view(), name="verify"),
    path("api/v1/scans/", api.ScansView.as_view(), name="scans"),
    path("api/v1/scans/<uuid:scan_id>/admission/", api.AdmissionView.as_view(), name="admission"),
]
