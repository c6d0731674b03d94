"""Read the weights of a model without running anything: plain tensors in a file of PyTorch; else a refusal that says why."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

from ..errors import KestrelError, ModelError, OutOfMemory

_CODE = "Such a file can run code when it is opened. Save the weights as a state dict."
_AGAIN = "Copy or download it again."
_ZIP, _PICKLE = b"PK\3\4", b"\x80"  # how the files of torch.save begin, since 1.6 and before
_STATE_DICT = "Save the weights as a state dict (.pth)."


def read_weights(file: Path, what: str) -> dict[str, Any]:
    """Return the weights in a file: tensors on the CPU by name.

    Only tensors are read (``weights_only``): a file that wants to call something is refused. Weights may be bare or under
    ``"model"`` beside an optimizer's, as fastai saves them.

    Args:
        file: written by ``torch.save``, in its zip or in the older stream of pickles.
        what: what they are, for the text of an error: plural, such as ``"tree.dlpk: the weights tree.pth"``.

    Raises:
        ModelError: the file is of another kind, damaged, or holds more than plain tensors.
        OutOfMemory: it does not fit into memory.
    """
    try:
        size = file.stat().st_size
        with file.open("rb") as stream:
            start = stream.read(512)
    except OSError as error:
        raise ModelError(f"{what} cannot be read: {error.strerror or error}.", "Check the file and your rights.") from error
    _check_kind(start, file.suffix.lower(), what)
    if start.startswith(_ZIP):
        _check_archive(file, size, what)
    content = _load(file, what)
    if isinstance(content, dict) and isinstance(content.get("model"), dict):
        content = content["model"]
    _check_tensors(content, size, what)
    return dict(content)


def _check_kind(start: bytes, suffix: str, what: str) -> None:
    """Refuse by name what is no file of ``torch.save``."""
    if not start:
        raise ModelError(f"{what} are empty: the file has 0 bytes.", _AGAIN)
    if start.startswith(b"version https://git-lfs"):
        raise ModelError(
            f"{what} are not there: the file is a pointer of Git LFS, which stands for them.",
            "Fetch them with 'git lfs pull', or download the file itself.",
        )
    if start.lstrip()[:1] == b"<":
        raise ModelError(f"{what} are a web page (or XML): a download went wrong.", _AGAIN)
    if suffix == ".safetensors" or (start[8:9] == b"{" and start[5:8] == b"\0\0\0"):
        raise ModelError(f"{what} are in the safetensors format, which Kestrel does not read.", _STATE_DICT)
    if start.startswith(b"\x89HDF"):
        raise ModelError(f"{what} are a file of Keras (HDF5), which Kestrel does not run.", "Use a model of PyTorch.")
    if suffix in (".pb", ".onnx", ".tflite"):
        raise ModelError(f"{what} are not of PyTorch ({suffix}), and Kestrel does not run them.", "Use a model of PyTorch.")
    if b"\0" not in start and all(byte >= 32 or byte in b"\t\r\n" for byte in start):
        raise ModelError(f"{what} are a text file.", _AGAIN)
    if start[257:262] == b"ustar":
        raise ModelError(f"{what} are in the tar format of the first PyTorch, which is no longer read.", _STATE_DICT)
    if not start.startswith((_ZIP, _PICKLE)):
        raise ModelError(f"{what} are no file of PyTorch: it begins with {start[:4].hex(' ')}.", _AGAIN)


def _check_archive(file: Path, size: int, what: str) -> None:
    """Check the zip that PyTorch writes since 1.6, whose sizes PyTorch believes: what it reads is never more than the file."""
    from .archive import Archive  # here, for it names its file as a package

    try:
        with Archive(file) as archive:
            members = archive.members
    except ModelError as error:
        raise ModelError(f"{what} cannot be read: {error.message}", error.hint) from error
    if any(name.endswith("constants.pkl") for name in members):
        raise ModelError(f"{what} are a TorchScript program, not weights: such a file is code.", _STATE_DICT)
    if not any(name.endswith("data.pkl") for name in members):
        raise ModelError(f"{what} are an archive, but none of PyTorch ({', '.join(list(members)[:3])}).", _STATE_DICT)
    if any(member.compress_type != zipfile.ZIP_STORED for member in members.values()):
        raise ModelError(f"{what} are compressed inside, which PyTorch never does.", _CODE)
    if sum(member.file_size for member in members.values()) > size:
        raise ModelError(f"{what} say they hold more than the {size:,} bytes of the file.", _AGAIN)


def _load(file: Path, what: str) -> Any:
    import pickle  # nosec B403  for the name of its error: nothing is unpickled with it

    import numpy
    import torch

    multiarray = getattr(numpy, "_core", None) or numpy.core  # numpy 2 moved it
    numbers = [multiarray.multiarray.scalar, numpy.dtype, numpy.dtypes.Float64DType]  # learning rates in fastai's "opt"
    try:
        with torch.serialization.safe_globals(numbers):
            return torch.load(file, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise ModelError(f"{what} hold more than plain tensors and were not read.", _CODE) from error
    except KestrelError:
        raise
    except Exception as error:  # a broken file makes the unpickler stumble in any way
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        if isinstance(error, MemoryError) or "allocate memory" in reason:
            raise OutOfMemory(f"{what} do not fit into memory: {reason}.", "Close other programs.") from error
        raise ModelError(f"{what} cannot be read: {reason}", "The file may be cut off.") from error


def _check_tensors(content: Any, size: int, what: str) -> None:
    """Check that a state dict holds plain numbers that take up no more memory than the file."""
    import torch

    if not isinstance(content, dict) or not content or not all(isinstance(v, torch.Tensor) for v in content.values()):
        raise ModelError(f"{what} are not a state dict of tensors.", _STATE_DICT)
    for name, tensor in content.items():
        plain = isinstance(name, str) and tensor.layout is torch.strided and tensor.device.type == "cpu"
        if not plain or tensor.is_quantized or tensor.is_complex():
            raise ModelError(f"{what} hold {name!r}, which is no plain tensor of numbers.", _STATE_DICT)
        if tensor.numel() * tensor.element_size() > tensor.untyped_storage().nbytes():
            raise ModelError(
                f"{what} say that {name} has the shape {tuple(tensor.shape)}, and hold fewer numbers.",
                "The file is damaged, or made to fill up memory.",
            )
