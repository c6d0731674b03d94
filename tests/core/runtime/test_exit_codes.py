"""Exit codes in words; the Windows ones as Popen gives them, which is unsigned."""

import pytest

from core.errors import WorkerDied
from core.runtime.exit_codes import error_of


@pytest.mark.parametrize(
    ("code", "text", "hint"),
    [
        (-9, "was killed by the system, most likely because the main memory ran out (SIGKILL).", "smaller batch size"),
        (-11, "crashed (segmentation fault) (SIGSEGV).", "processor type CPU"),
        (-64, "was ended from outside (", ""),
        (-200, "was ended from outside (signal 200).", ""),
        (3221225477, "crashed (access violation) (0xC0000005).", "driver"),
        (0xC0000135, "could not find a library of Windows (0xC0000135).", "Visual C++ Redistributable"),
        (0xC000012D, "paging file is too small", "smaller batch size"),
        (0, "ended without an answer (exit code 0).", ""),
        (None, "closed its output without an answer and had to be ended.", ""),
    ],
)
def test_codes(code, text, hint):
    error = error_of(code, "")
    assert type(error) is WorkerDied
    assert error.message.startswith("The worker process ")
    assert text in error.message
    assert hint in error.hint


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("ValueError: no\n  at line 3\n\n", ": ValueError: no."),
        ("Traceback\nImportError: first\nOSError: second.\n", ": OSError: second."),
        ("one\ntwo\n", ": two."),
        ("", "."),
        ("error " + "x" * 1000, ": error " + "x" * 294 + "."),
    ],
)
def test_the_line_that_tells_most_is_in_the_message(words, said):
    error = error_of(1, words)
    assert error.message == f"The worker process ended without an answer (exit code 1){said}"
    assert error.details == words


def test_the_watchdog_is_known_by_its_words():
    words = 'Timeout (0:10:00)!\nThread 0x1 (most recent call first):\n  File "a.py", line 1 in read\n'
    assert "hung in a library" in error_of(1, words).message
