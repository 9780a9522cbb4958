"""The task queue. Redis carries hints; the job table in PostgreSQL is the truth."""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("branch-management")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# One place for everything that happens by the clock (Asia/Shanghai).
app.conf.beat_schedule = {
    "plan-series": {"task": "activities.plan_series", "schedule": crontab(hour=1, minute=10)},
    "talks-due": {"task": "people.talks_due", "schedule": crontab(hour=1, minute=30)},
    "reap-jobs": {"task": "branches.reap_jobs", "schedule": 60.0},
    "recompute-current-month": {
        "task": "scoring.recompute_current_month",
        "schedule": crontab(hour=2, minute=0),
    },
    "close-last-month": {
        "task": "scoring.close_last_month",
        "schedule": crontab(hour=3, minute=0, day_of_month=1),
    },
    "send-digests": {"task": "branches.send_digests", "schedule": 600.0},
    "catch-up": {"task": "scoring.catch_up", "schedule": 300.0},
    "correct-waiting": {"task": "scoring.correct_waiting", "schedule": 300.0},
    "prune-runs": {"task": "scoring.prune_runs", "schedule": crontab(hour=4, minute=30)},
}
