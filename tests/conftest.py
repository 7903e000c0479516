"""Shared fixtures: where the shared development data lie, hypothesis profiles, small reviews to run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

REPOSITORY = Path(__file__).resolve().parents[1]
SHARED_DATA = Path(os.environ.get("REVIEW_SHARED_DATA", REPOSITORY.parent / "shared" / "data"))

settings.register_profile(
    "default", deadline=None, derandomize=True, max_examples=60, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("fuzz", deadline=None, max_examples=2000, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip tests of the shared data, with the reason, where the folder is missing; in CI that is a failure."""
    if SHARED_DATA.is_dir():
        return
    reason = f"the shared development data are not at {SHARED_DATA} (a user's clone does not have them)"
    for item in items:
        if item.get_closest_marker("shared_data"):
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):  # noqa: ANN201
    """Turn a skipped test of the shared data into a failure where these data must be used."""
    report = yield
    required = os.environ.get("REVIEW_SHARED_DATA_REQUIRED") == "1"
    if required and report.skipped and item.get_closest_marker("shared_data"):
        report.outcome = "failed"
        report.longrepr = f"skipped although the shared data are required: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of the shared development data."""
    return SHARED_DATA


@pytest.fixture(scope="session")
def repository() -> Path:
    """Return the root of the repository."""
    return REPOSITORY
