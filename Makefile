# Every target builds what it needs: a bare Python >= 3.10 and make are enough.
PYTHON ?= python3
BIN := .venv/bin
.DEFAULT_GOAL := help
.PHONY: help demo test lint serve train bench clean chromium databases extension screenshots soak

help: ## show this help
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

.venv/runtime: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable '.[api]'
	@touch $@

.venv/dev: pyproject.toml .venv/runtime
	$(BIN)/python -m pip install --quiet --group dev --editable '.[api,files,ray]'
	@touch $@

demo: .venv/runtime ## highlight a sample document in the terminal
	$(BIN)/scamlint scan data/samples/whitepaper.txt
	@echo
	@echo "Next: '$(BIN)/scamlint scan YOUR-FILE' for text, or 'make serve' for the HTTP API and the web page."
	@echo "For HTML, PDF, Word, mail and 'scamlint batch': $(BIN)/pip install --editable '.[api,files]'"

# Two workers, each file in one of them: most tests wait for a server, a browser or a limit, so two cores suffice.
test: .venv/dev chromium databases ## run the tests
	$(BIN)/python -m pytest -n 2 --dist loadfile

# Debian's Chromium for the end-to-end tests, where this machine lets us; otherwise those tests are skipped.
chromium:
	@command -v chromium >/dev/null \
	|| { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && echo "Installing Chromium for the end-to-end tests" \
	&& apt-get update -qq && apt-get install -qq -y --no-install-recommends chromium fonts-liberation fonts-noto-color-emoji >/dev/null; } \
	|| echo "Chromium is not here and cannot be installed without root and apt; its tests are skipped."

# Debian's PostgreSQL and Redis, which tests start for themselves on loopback; likewise.
databases:
	@{ ls /usr/lib/postgresql/*/bin/initdb && command -v redis-server; } >/dev/null 2>&1 \
	|| { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && echo "Installing PostgreSQL and Redis for the tests" \
	&& apt-get update -qq && apt-get install -qq -y --no-install-recommends postgresql redis-server >/dev/null; } \
	|| echo "PostgreSQL or Redis is not here and cannot be installed without root and apt; its tests are skipped."

lint: .venv/dev ## check format, style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

serve: .venv/runtime ## start the HTTP API on port 8000
	$(BIN)/scamlint serve --port 8000

# glibc returns memory to the system after every training step unless told not to, which costs a third of the speed.
train: .venv/dev ## train, export and evaluate every model
	MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=100000000000 $(BIN)/python -m scamlint_training.pipeline

bench: .venv/dev ## measure speed
	$(BIN)/python -m scamlint_training.bench

extension: .venv/runtime ## pack the browser extension into dist/
	PYTHONPATH=training $(BIN)/python -m scamlint_training.browser pack

screenshots: .venv/dev chromium ## take the pictures of README
	$(BIN)/python -m scamlint_training.browser screenshots

clean: ## remove what the other targets built, but not the trainings in runs/
	rm -rf .venv dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

soak: .venv/dev ## score a dump of 100,000 documents, kill the run ten times, compare (about ten minutes)
	$(BIN)/python tests/serving/batch/soak.py
