"""The ``.emd`` file read: a model's description in Esri's JSON, with Kestrel's own facts under one key.

Kestrel's key is ``"Kestrel"``; other readers ignore it. Esri's keys are read by :mod:`.esri_emd`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..errors import ModelError
from .card import ModelCard
from .esri_emd import Systems, from_esri
from .kinds import DETECTORS

_HINT = "Choose the .dlpk or .emd file of a trained model."
_MODEL_KEYS = {"ModelFile", "ModelName", "ModelConfiguration", "InferenceFunction", "Kestrel"}  # one of them is a model's


def parse(data: bytes, where: str) -> dict[str, Any]:
    """Return the JSON object in an ``.emd`` file.

    It may be in UTF-8, UTF-16 or UTF-32, with or without a byte-order mark, or in a Windows code page; and be the text of a
    JSON string, as services hand it on.

    Args:
        data: content of the file.
        where: names the file in the text of an error.

    Raises:
        ModelError: it is not a JSON object that describes a model.
    """
    try:
        content = json.loads(_decoded(data))
        if isinstance(content, str):
            content = json.loads(content)
        content = _printable(content)
    except (ValueError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise ModelError(f"{where} is not a model definition: it is not JSON ({reason}).", _HINT) from error
    if not isinstance(content, dict):
        raise ModelError(f"{where} is JSON but not a model definition: it is not an object.", _HINT)
    if "MetaDataMode" in content or str(content.get("ModelFile")).startswith("e.g."):
        raise ModelError(
            f"{where} describes training data, not a trained model.",
            "Train a model with its folder first, then choose the .dlpk that comes out.",
        )
    if not _MODEL_KEYS & content.keys():
        raise ModelError(f"{where} is JSON but not a model definition: it has neither ModelFile nor ModelName.", _HINT)
    return content


def from_emd(content: Mapping[str, Any], where: str, wkt_of: Systems) -> ModelCard:
    """Return the facts in an ``.emd``, whoever wrote it.

    Kinds of models that Kestrel cannot run are described as far as they can be understood.

    Args:
        content: of the file, see :func:`parse`.
        where: names the file in the text of an error.
        wkt_of: knows coordinate systems.

    Raises:
        ModelError: what a detector needs is missing or damaged.
    """
    own = content.get("Kestrel")
    rest = {key: value for key, value in content.items() if key != "Kestrel"}
    try:
        if isinstance(own, dict):
            card = ModelCard.from_dict(own)
        else:
            card = from_esri(rest, wkt_of)
            card = card.checked() if card.model_type in DETECTORS else card
        return replace(card, definition=rest)
    except ModelError as error:
        raise ModelError(f"{where}: {error.message}", error.hint) from error
    except (LookupError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
        reason = f"it has no {error.args[0]}" if isinstance(error, KeyError) else str(error)
        raise ModelError(f"{where} is damaged: {reason}.", _HINT) from error


def _decoded(data: bytes) -> str:
    try:
        return data.decode(json.detect_encoding(data))
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _printable(content: Any) -> Any:
    """Return JSON values whose texts can be written again: halves of characters are replaced."""
    text = json.dumps(content, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.loads(text.encode("utf-8", "replace"))
    return content
