# Kestrel Object Detection. `make help` lists what there is.
# Everything that is made lies under .build/ (tools, links), demo/ and dist/; the managed environment lies in the cache folder.

SHELL := /bin/sh
PYTHON := /usr/bin/python3
BUILD := .build
TOOLS := $(BUILD)/tools
LENT := $(BUILD)/lent
MANUAL := $(BUILD)/manual
PLUGINS := $(BUILD)/plugins

export QGIS_PLUGINPATH := $(CURDIR)/$(PLUGINS)
export QGIS_CUSTOM_CONFIG_PATH := $(CURDIR)/$(BUILD)/profile
export PYTHONDONTWRITEBYTECODE := 1
# Without a screen Qt must not look for one; a desktop session keeps its own.
ifeq ($(DISPLAY)$(WAYLAND_DISPLAY),)
export QT_QPA_PLATFORM := offscreen
endif

# Qt wants a private folder for its sockets; servers and containers often have none.
ifeq ($(XDG_RUNTIME_DIR),)
export XDG_RUNTIME_DIR := $(shell mkdir -p -m 700 $(BUILD)/run && echo "$(CURDIR)/$(BUILD)/run")
endif

.DEFAULT_GOAL := help
.PHONY: help setup qgis desktop tools environment plugin demo test test-core test-qgis lint bench package translations docs \
    manual screenshots lock clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: qgis tools environment plugin ## install QGIS (Debian, Ubuntu), the deep-learning environment and the tools

qgis:
	@sh scripts/install_qgis.sh

# What tests of the desktop and of shared tables need besides; they are skipped without it.
desktop: qgis
	@sh scripts/install_desktop.sh

# Tools see QGIS's own modules, because the tests of the plugin run in QGIS's Python.
$(TOOLS)/done: requirements-dev.txt Makefile | qgis
	@echo "Installing the tools for tests and checks ..." >&2
	@rm -rf $(TOOLS) $(LENT) && $(PYTHON) -m venv --system-site-packages $(TOOLS)
	@$(TOOLS)/bin/python -m pip install -q --disable-pip-version-check -r requirements-dev.txt
	@$(TOOLS)/bin/python -m pip install -q --disable-pip-version-check --target $(LENT) \
	    pytest pytest-timeout hypothesis distributed
	@touch $@
tools: $(TOOLS)/done

environment: qgis
	@$(PYTHON) -m core checkenvironment --build true --overwrite --output-report $(BUILD)/environment.html >/dev/null

plugin: qgis
	@mkdir -p $(PLUGINS) "$(QGIS_CUSTOM_CONFIG_PATH)"
	@ln -sfn "$(CURDIR)" $(PLUGINS)/kestrel
	@qgis_process plugins 2>/dev/null | grep -q '^\* kestrel' || qgis_process plugins enable kestrel >/dev/null

demo: setup ## find trees in real aerial imagery: export, train, detect, suppress, measure; results in demo/
	@$(TOOLS)/bin/python scripts/demo.py demo

test: setup desktop test-core test-qgis ## run every test

# The core's tests run in the managed environment as users have it; pytest is lent to it, and Dask, which is optional.
test-core: tools
	@env PYTHONPATH="$(CURDIR)/$(LENT):$(CURDIR)" "$$($(PYTHON) -m core --python)" -m pytest tests/core

test-qgis: tools plugin
	@$(TOOLS)/bin/python -m pytest tests --ignore tests/core

lint: tools plugin ## check style, types, the import rule, and what plugins.qgis.org checks of the zip
	@$(TOOLS)/bin/ruff check . && $(TOOLS)/bin/ruff format --check .
	@$(TOOLS)/bin/mypy --python-executable "$$($(PYTHON) -m core --python)"
	@cd $(PLUGINS) && ../tools/bin/lint-imports --config kestrel/pyproject.toml
	@$(TOOLS)/bin/python scripts/site_checks.py

bench: setup ## measure each tool against the raw limit of this machine
	@"$$($(PYTHON) -m core --python)" -m benchmarks

package: tools $(MANUAL)/done ## make the zip that QGIS installs: dist/kestrel-VERSION.zip
	@$(TOOLS)/bin/python scripts/package.py dist

translations: ## renew i18n/*.ts from the windows' texts, and compile them for this checkout
	@$(PYTHON) scripts/translations.py

docs: ## renew the tables of the manual that are made from the code
	@$(PYTHON) scripts/docs_tables.py

# MkDocs is large and only builds the manual: it has a place of its own, and `make test` does without.
$(MANUAL)/done: requirements-manual.txt | qgis
	@echo "Installing MkDocs ..." >&2
	@rm -rf $(MANUAL) && $(PYTHON) -m venv $(MANUAL)
	@$(MANUAL)/bin/python -m pip install -q --disable-pip-version-check -r requirements-manual.txt
	@touch $@

manual: docs $(MANUAL)/done ## build the manual, which the Help buttons then open: manual/index.html
	@$(PYTHON) scripts/package.py --manual manual

screenshots: setup desktop ## make the manual's pictures anew in a real QGIS: docs/images/; takes half an hour without a GPU
	@$(TOOLS)/bin/python scripts/screenshots.py

lock: tools ## renew requirements.txt from requirements.in
	@$(TOOLS)/bin/uv pip compile --universal --python-version 3.10 --generate-hashes --quiet \
	    --custom-compile-command "make lock" requirements.in -o requirements.txt

clean: ## remove what was made here; the environment in the cache folder stays
	rm -rf i18n/*.qm $(BUILD) demo dist manual .qgis-settings .mypy_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
