# Everything a stranger needs: `make chat` and `make test` do all set-up themselves.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
QUESTION ?= what did Guterres ask Russia to do?
CODE := index qa ui tests benchmarks training

.PHONY: help install chromium chat test test-long lint types fix bench clean

help:
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

$(INSTALLED): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt torch
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@

install: $(INSTALLED) ## set up .venv

chat: $(INSTALLED) ## index seeds/, answer one question, serve the chat
	$(BIN)/kutip index seeds --index kutip-index
	$(BIN)/kutip ask "$(QUESTION)" --index kutip-index
	$(BIN)/kutip chat --index kutip-index

chromium:
	@command -v chromium chromium-browser google-chrome google-chrome-stable >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; \
	  else echo "The browser tests need chromium: install it with your package manager."; exit 1; fi; }

test: $(INSTALLED) chromium lint types ## all checks and tests
	$(BIN)/python -m pytest

test-long: $(INSTALLED) chromium ## the long sizes of the tests
	$(BIN)/python -m pytest -m "long or not long" --run-long

lint: $(INSTALLED) ## ruff: rules and format
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)

types: $(INSTALLED) ## mypy --strict
	$(BIN)/mypy

fix: $(INSTALLED) ## let ruff mend what it can
	$(BIN)/ruff check --fix $(CODE)
	$(BIN)/ruff format $(CODE)

bench: $(INSTALLED) ## all benchmarks; needs DATA=folder with the development data
	@test -n "$(DATA)" || { echo "Say where the development data is: make bench DATA=folder"; exit 1; }
	$(BIN)/python -m benchmarks.index_speed --data $(DATA)
	$(BIN)/python -m benchmarks.agreement --data $(DATA)
	$(BIN)/python -m benchmarks.answer_latency --data $(DATA)
	$(BIN)/python -m benchmarks.retrieval --data $(DATA) --cache build/retrieval

clean: ## remove what was built
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache
