"""Bring the texts of the windows into ``i18n/*.ts``, for translators: ``python scripts/translations.py``.

Texts are the arguments of ``self.tr`` (their context is the class), of ``_tr`` (the context of that function) and of
``QCoreApplication.translate``. What was translated stays, what is new is marked unfinished, what is gone goes. Qt's own lupdate
does not read Python; ``lrelease`` makes of the files what QGIS loads (scripts/package.py).
"""

from __future__ import annotations

import ast
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path

import package

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("de", "es", "fr")

Key = tuple[str, str]  # context, text


def texts(path: Path) -> Iterator[Key]:
    """Yield the contexts and texts in a module, in its order."""
    tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    own = _context_of_module(tree)
    yield from _in(tree, "", own)


def _in(node: ast.AST, owner: str, own: str) -> Iterator[Key]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call) and (found := _call(child, owner, own)):
            yield found
        yield from _in(child, child.name if isinstance(child, ast.ClassDef) else owner, own)


def _call(call: ast.Call, owner: str, own: str) -> Key | None:
    words = [word.value for word in call.args if isinstance(word, ast.Constant) and isinstance(word.value, str)]
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name == "tr" and len(words) == 1:
        return owner, words[0]
    if name == "_tr" and len(words) == 1:
        return own, words[0]
    return (words[0], words[1]) if name == "translate" and len(words) == 2 else None


def _context_of_module(tree: ast.Module) -> str:
    """Return the context that the module's own ``_tr`` translates in."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == "_tr":
            for call in ast.walk(node):
                if isinstance(call, ast.Call) and call.args and isinstance(call.args[0], ast.Constant):
                    return str(call.args[0].value)
    return ""


def translated(path: Path) -> dict[Key, str]:
    """Return what a ``.ts`` file has translated."""
    if not path.is_file():
        return {}
    found = {}
    for context in ElementTree.parse(path).getroot().iter("context"):
        for message in context.iter("message"):
            text = message.findtext("translation") or ""
            if text:
                found[context.findtext("name") or "", message.findtext("source") or ""] = text
    return found


def write(path: Path, language: str, keys: list[Key], known: dict[Key, str]) -> None:
    """Write a ``.ts`` file."""
    root = ElementTree.Element("TS", version="2.1", language=language, sourcelanguage="en")
    contexts: dict[str, ElementTree.Element] = {}
    for context, source in keys:
        if context not in contexts:
            contexts[context] = ElementTree.SubElement(root, "context")
            ElementTree.SubElement(contexts[context], "name").text = context
        message = ElementTree.SubElement(contexts[context], "message")
        ElementTree.SubElement(message, "source").text = source
        translation = ElementTree.SubElement(message, "translation")
        translation.text = known.get((context, source))
        if translation.text is None:
            translation.set("type", "unfinished")
    ElementTree.indent(root, " ")
    text = ElementTree.tostring(root, encoding="unicode")
    path.write_text(f'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n{text}\n', encoding="utf-8")


def main(folder: Path = ROOT / "i18n") -> None:
    """Renew all files, and say how much of each is translated."""
    modules = [ROOT / "plugin.py", *sorted((ROOT / "ui").rglob("*.py"))]
    keys = sorted({key for module in modules for key in texts(module)})
    folder.mkdir(exist_ok=True)
    for language in LANGUAGES:
        path = folder / f"kestrel_{language}.ts"
        known = translated(path)
        write(path, language, keys, known)
        print(f"{path.name}: {sum(key in known for key in keys)} of {len(keys)} texts", file=sys.stderr)
        if package.find_lrelease():  # for this checkout; the zip makes its own
            package.compile_texts(path, path.with_suffix(".qm"))


if __name__ == "__main__":
    main()
