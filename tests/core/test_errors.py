"""Errors keep their class, text and details on their way through an event."""

import inspect
import pickle

import pytest

from core import errors
from core.errors import Cancelled, EnvironmentBuildError, InputError, KestrelError, error_from_code

CLASSES = [cls for _, cls in inspect.getmembers(errors, inspect.isclass) if issubclass(cls, KestrelError)]


def test_codes_are_permanent():
    assert {cls.__name__: cls.code for cls in CLASSES} == {
        "KestrelError": "internal",
        "InvalidParameter": "invalid_parameter",
        "InputError": "input",
        "OutputError": "output",
        "ModelError": "model",
        "DeviceError": "device",
        "OutOfMemory": "out_of_memory",
        "EnvironmentMissing": "no_environment",
        "EnvironmentBuildError": "environment_build",
        "WorkerDied": "worker_died",
        "Cancelled": "cancelled",
    }


@pytest.mark.parametrize("cls", CLASSES)
def test_a_code_gives_its_class_back(cls):
    error = error_from_code(cls.code, "What happened.", "What to do.", "Where.")
    assert type(error) is cls
    assert (error.message, error.hint, error.details) == ("What happened.", "What to do.", "Where.")
    assert str(error) == "What happened. What to do."


@pytest.mark.parametrize("cls", CLASSES)
def test_errors_cross_process_borders(cls):
    error = cls("What happened.", "What to do.")
    error.details = "Where."
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), copy.message, copy.hint, copy.details) == (cls, "What happened.", "What to do.", "Where.")


def test_an_unknown_code_is_an_error_all_the_same():
    assert type(error_from_code("from_the_future", "What happened.")) is KestrelError


def test_texts_without_a_hint_have_no_space_at_the_end():
    assert str(InputError("What happened.")) == "What happened."
    assert str(Cancelled()) == "Cancelled."


def test_a_build_error_names_its_cause():
    assert EnvironmentBuildError("No network.", cause="proxy").cause == "proxy"
