"""gunicorn for the pages: `gunicorn -c docs/deploy/gunicorn.conf.py 'app:create_app()'`.

One process with threads: a signature waits in memory of the process that took the passphrase, and /metrics counts for
one process. `kill -HUP` starts a new process and lets the old one finish what it has in hand.
"""

import os

SIGN = float(os.environ.get("TTE_TIMEOUT_SIGN", "60"))  # seconds; the longest that one request starts and waits for

bind = os.environ.get("BIND", "127.0.0.1:8000")  # not used when systemd hands over a socket
worker_class = "gthread"
workers = 1
threads = int(os.environ.get("THREADS", "16"))
keepalive = 20
# a process that ends finishes its requests and then the signatures that are at the provider
graceful_timeout = int(SIGN) + 30
timeout = graceful_timeout + 30
umask = 0o077
control_socket_disable = True
accesslog = None  # the application writes a line for each request, without people in it
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "root": {"level": "WARNING", "handlers": []},  # the application adds its own
    "handlers": {"lines": {"()": "app.logs.make_handler", "form": os.environ.get("LOG_FORMAT", "json")}},
    "loggers": {"gunicorn.error": {"handlers": ["lines"], "level": "INFO", "propagate": False}},
}
