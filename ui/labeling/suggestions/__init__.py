"""Suggest in view: a model proposes objects where the map looks, the user accepts or rejects them."""

from .box import SuggestBox

__all__ = ["SuggestBox"]
