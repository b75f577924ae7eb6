"""The pages and endpoints of the tracing app."""

from django.urls import URLPattern

app_name = "tracing"

urlpatterns: list[URLPattern] = []
