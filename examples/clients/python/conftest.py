import pytest

from app import App
from double import running


@pytest.fixture(scope="session")
def running_double():
    with running() as double:
        yield double


@pytest.fixture
def double(running_double):
    """The double as it was at the start, for each test."""
    running_double.reset()
    return running_double


@pytest.fixture
def app(double):
    return App(double.base_url)
