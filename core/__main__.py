"""``python3 -m core`` in the plugin folder: every tool of Kestrel without QGIS. Any Python from 3.10 on will do."""

import sys

if sys.version_info < (3, 10):  # noqa: UP036  said in words, before a syntax error says it
    sys.exit(f"Kestrel needs Python 3.10 or newer; this is {sys.version.split()[0]}.")

from .command_line import main

sys.exit(main())
