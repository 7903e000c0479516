"""Prefect's settings for a review: no network, no noise, its files beside the review. Set before prefect is imported.

What a user has set in the environment wins, so that runs can be watched on a server of their own
(`PREFECT_API_URL=http://127.0.0.1:4200/api`).
"""

from __future__ import annotations

import os

from pipeline.review import Review

# Why each is set: docs/architecture.md, "Prefect".
SETTINGS = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "true",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180",
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
    "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
    "PREFECT_CLI_PROMPT": "false",
    "PREFECT_SERVER_LOGGING_LEVEL": "CRITICAL",
}


def prepare_environment(review: Review) -> None:
    """Set Prefect's environment for a run of this review, where the user has not."""
    for name, value in SETTINGS.items():
        os.environ.setdefault(name, value)
    os.environ.setdefault("PREFECT_HOME", str(review.state / "prefect"))
