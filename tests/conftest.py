"""What several test files share: where real recordings are."""

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def mirror() -> Path:
    """The folder that holds the data sets' archives; the test is skipped where there is none."""
    named = os.environ.get("GAN_COURSE_MIRROR")
    folder = Path(named) if named else REPOSITORY.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("no archives of real recordings: set GAN_COURSE_MIRROR to the folder that holds them")
    return folder


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where several processes share the work, the tests of a file stay together, for they share what is slow.

    The tests of answers share nothing: they fill what is left.
    """
    for item in items:
        if item.path.name != "test_answers.py":
            item.add_marker(pytest.mark.xdist_group(item.path.name))
