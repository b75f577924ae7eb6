"""Where every page and endpoint lives. What is public is listed by a test."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
