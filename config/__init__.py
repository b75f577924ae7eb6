"""Wiring only: settings, URLs, Celery, the error shape, the embedded services."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
