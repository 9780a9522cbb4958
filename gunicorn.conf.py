"""The web server in production; ``make demo`` overrides the address and the number of workers."""

import os
from pathlib import Path

bind = "0.0.0.0:8000"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
worker_class = "gthread"
threads = 8
# Does not end a hung thread; the database's statement timeout does.
timeout = 60
graceful_timeout = 30
max_requests = 5000
max_requests_jitter = 500
# The heart-beat file must not wait for a busy disk.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
errorlog = "-"
# No access log: who opened which page at which second would betray secret ballots.
accesslog = None
control_socket_disable = True
