"""Find what breaks under Qt 6 and QGIS 4: ``python scripts/qt6_check.py FILES``, in a Python that has QGIS.

QGIS's own script (pyqt5_to_pyqt6.py) repairs a plugin once; this one is a gate that says nothing about code that follows the
rules: Qt from ``qgis.PyQt``, enums by their full names, ``exec()``, nothing that is gone. Enums are looked up in the classes
themselves, so that a misspelt one is found as well.
"""

from __future__ import annotations

import ast
import enum
import importlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

GONE = {
    "QRegExp": "QRegularExpression", "QRegExpValidator": "QRegularExpressionValidator", "QDesktopWidget": "QScreen",
    "qApp": "QApplication.instance()", "QVariant": "QMetaType.Type, and NULL of qgis.core", "QStringRef": "str",
    "QTextCodec": "str.encode", "QMatrix": "QTransform", "QSignalMapper": "functools.partial",
}  # fmt: skip
GONE_ATTRIBUTES = {
    "exec_": "exec()", "print_": "print()", "MidButton": "MiddleButton", "AA_EnableHighDpiScaling": "it is always on",
    "AA_UseHighDpiPixmaps": "they are always used",
}  # fmt: skip


def problems(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the line and what is wrong there, for each thing that Qt 6 or QGIS 4 has not."""
    tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    names: dict[str, Any] = {}
    inner = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from ((node.lineno, text) for text in _import(node, names))
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            if node.attr in GONE_ATTRIBUTES:
                yield node.lineno, f".{node.attr} is gone: {GONE_ATTRIBUTES[node.attr]}"
            if node.attr in ("connect", "emit", "disconnect") and isinstance(node.value, ast.Subscript):
                yield node.lineno, "a signal is chosen by [type]: signals have one form in Qt 6"
            if id(node) not in inner and (text := _enum(node, names)):
                yield node.lineno, text
        elif isinstance(node, ast.Call) and len(node.args) >= 4 and getattr(node.func, "attr", "") == "addAction":
            yield node.lineno, "addAction takes no shortcut and receiver together any more"


def _import(node: ast.Import | ast.ImportFrom, names: dict[str, Any]) -> Iterator[str]:
    """Yield what is wrong with an import; the classes of Qt and QGIS go into ``names``."""
    modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
    for module in modules:
        first = module.partition(".")[0]
        if first in ("PyQt5", "PyQt6", "sip", "PySide2", "PySide6"):
            yield f"import {module}: take Qt from qgis.PyQt"
        if module == "qgis.utils" and any(alias.name == "iface" for alias in node.names):
            yield "iface comes from the constructor of the plugin"
        if "resources_rc" in module:
            yield "compiled resources import PyQt5; icons are files"
    if isinstance(node, ast.ImportFrom) and node.level == 0 and (node.module or "").startswith("qgis."):
        found = importlib.import_module(node.module or "")
        for alias in node.names:
            if alias.name in GONE:
                yield f"{alias.name} is gone: {GONE[alias.name]}"
            elif hasattr(found, alias.name):
                names[alias.asname or alias.name] = getattr(found, alias.name)
            elif alias.name != "*" and not _is_module(f"{node.module}.{alias.name}"):
                yield f"{node.module} has no {alias.name}"


def _enum(node: ast.Attribute, names: dict[str, Any]) -> str:
    """Return what is wrong with ``Class.Enum.Member``, the outermost attribute; empty for nothing."""
    words: list[str] = []
    part: ast.expr = node
    while isinstance(part, ast.Attribute):
        words.insert(0, part.attr)
        part = part.value
    if not isinstance(part, ast.Name) or not isinstance(names.get(part.id), type):
        return ""
    owner: Any = names[part.id]
    spelt = part.id
    for word in words:
        if not isinstance(owner, type):
            return ""  # a member's own attribute, such as .value
        if not hasattr(owner, word):
            return f"{spelt} has no {word}"
        value = getattr(owner, word)
        kind = type(value)
        if _is_enum(kind) and kind is not owner:
            return f"{spelt}.{word} is to be written {spelt}.{kind.__name__}.{word}"
        owner, spelt = value, f"{spelt}.{word}"
    return ""


def _is_enum(kind: type) -> bool:
    """Whether values of ``kind`` are members of an enum: Python's, or PyQt 5's, where they are ints of a type of their own."""
    return issubclass(kind, enum.Enum) or (issubclass(kind, int) and kind not in (int, bool))


def _is_module(name: str) -> bool:
    try:
        importlib.import_module(name)
    except ImportError:
        return False
    return True


def main(paths: list[Path]) -> int:
    """Print what is wrong in files and folders; return how much that is."""
    files = [file for path in paths for file in (sorted(path.rglob("*.py")) if path.is_dir() else [path])]
    count = 0
    for file in files:
        for line, text in sorted(set(problems(file))):
            print(f"{file}:{line}: {text}")
            count += 1
    return count


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    sys.exit(1 if main([Path(word) for word in sys.argv[1:]]) else 0)
