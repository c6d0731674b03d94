"""The classes that labels, a chip folder or a model package know."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class ClassInfo:
    """One class of objects.

    A network's label is the 1-based position of the class in its list, never ``value``.

    Attributes:
        value: the number in the class field of the labels and of the detections.
        name: what people call it; the value as text when it has no name.
        color: red, green, blue, 0..255 each; None when unknown.
        parent: value of the class that it is a kind of, in a schema with groups; 0 for none. Says nothing to a network, and
            does not make two classes different.
    """

    value: int
    name: str
    color: tuple[int, int, int] | None = None
    parent: int = field(default=0, compare=False)
