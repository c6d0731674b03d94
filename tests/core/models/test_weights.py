import functools
import hashlib
import http.server
import io
import threading

import pytest
import torch

from core.errors import Cancelled, ModelError
from core.events import Progress
from core.models import weights


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("KESTREL_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "weights"


@pytest.fixture
def content():
    stream = io.BytesIO()
    torch.save({"a": torch.arange(300000.0)}, stream)
    return stream.getvalue()


@pytest.fixture
def name(content):
    return f"tiny-{hashlib.sha256(content).hexdigest()[:8]}.pth"


@pytest.fixture
def site(tmp_path, content, name):
    """A web site with the weights, and its address."""
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / name).write_bytes(content)
    (folder / "wrong-00000000.pth").write_bytes(content)
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    handler.log_message = lambda *_: None
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def test_weights_are_downloaded_once_and_then_used_offline(cache, site, name, content, report):
    file = weights.fetch(name, site, report)
    assert file == cache / name
    assert file.read_bytes() == content
    progress = [event for event in report.events if isinstance(event, Progress)]
    assert progress[-1].fraction == 1
    assert progress[-1].stage.startswith(f"Downloading {name}: 1 MB")
    assert weights.fetch(name, "http://127.0.0.1:1/") == file


def test_a_file_put_there_by_hand_is_used(cache, name, content):
    cache.mkdir(parents=True)
    (cache / name).write_bytes(content)
    assert weights.fetch(name, "http://127.0.0.1:1/") == cache / name


@pytest.mark.parametrize("base", ["http://127.0.0.1:1/", "missing"])
def test_without_a_network_the_text_says_what_to_do(cache, site, name, base):
    url = base if base.startswith("http") else site + "missing/"
    with pytest.raises(ModelError, match="cannot be downloaded") as caught:
        weights.fetch(name, url)
    for part in (url + name, name, str(cache)):
        assert part in caught.value.hint
    assert not any(cache.iterdir())


def test_what_does_not_fit_its_hash_is_not_kept(cache, site):
    with pytest.raises(ModelError, match="its SHA-256 starts with"):
        weights.fetch("wrong-00000000.pth", site)
    assert not any(cache.iterdir())


def test_a_damaged_file_in_the_cache_is_not_used(cache, name, content, site):
    cache.mkdir(parents=True)
    (cache / name).write_bytes(content[:-1])
    with pytest.raises(ModelError, match="are damaged"):
        weights.fetch(name, site)


def test_a_cancelled_download_leaves_nothing(cache, site, name, report):
    report.cancel.set()
    with pytest.raises(Cancelled):
        weights.fetch(name, site, report)
    assert not any(cache.iterdir())
