"""What several test files share: where real recordings are."""

import os
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]

# What is compared is compared on the processor, whatever the machine; before anything imports torch.
os.environ["CUDA_VISIBLE_DEVICES"] = ""


@pytest.fixture(scope="session")
def mirror() -> Path:
    """The folder that holds the data sets' archives; the test is skipped where there is none."""
    named = os.environ.get("GAN_COURSE_MIRROR")
    folder = Path(named) if named else REPOSITORY.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("no archives of real recordings: set GAN_COURSE_MIRROR to the folder that holds them")
    return folder


@pytest.hookimpl(optionalhook=True)  # of pytest-xdist
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Where several processes share the work, the tests of a file stay together, for they share what is slow.

    The tests of answers share nothing: they fill what is left.
    """
    from xdist.scheduler import LoadScopeScheduling

    class ByFile(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return nodeid if "test_answers.py" in nodeid else nodeid.partition("::")[0]

    return ByFile(config, log)
