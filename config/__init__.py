"""Settings, addresses and the task queue: the only place that names every app."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
