# Every target makes the environment it needs in .venv, from hashed lock files, with nothing but Python 3.11-3.13 and pip.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
BUILD  := build
DB     := $(BUILD)/medquant.db
CORPUS := $(wildcard db/evidence/*) $(wildcard db/codebook/*) $(wildcard db/results/*) $(wildcard db/migrations/versions/*.py)

.DEFAULT_GOAL := help
.PHONY: help report benchmark serve test test-postgresql lint format bench bench-meta bench-screening bench-dedupe bench-curation lock tools clean

help:  ## show the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

report: $(VENV)/.run $(DB)  ## evidence -> build/medquant.db -> build/report.html and build/report.pdf
	$(BIN)/medquant report --db $(DB) --out $(BUILD)

# DATA names a folder of images, as MEDQUANT_DATA does; without either, synthetic phantoms stand in.
benchmark: $(VENV)/.benchmark $(DB)  ## re-measure the quick ladder (DATA=folder, else phantoms), then the report with its rows
	$(BIN)/medquant benchmark run --quick $(if $(DATA),--data "$(DATA)",$(if $(MEDQUANT_DATA),,--phantom)) --db $(DB)
	$(BIN)/medquant report --db $(DB) --out $(BUILD)

serve: $(VENV)/.curate $(DB)  ## open the web page on which the review is curated, on build/medquant.db
	$(BIN)/medquant review serve --db $(DB)

test: lint tools  ## all tests, after lint, types and import contracts, and what writes on PostgreSQL too
	$(BIN)/python -m pytest $(WORKERS)
	@$(MAKE) --no-print-directory test-postgresql

test-postgresql: $(VENV)/.dev tools  ## the tests of what is written, on a PostgreSQL server that they start and stop
	$(BIN)/python -m pytest $(WORKERS) --database=postgresql tests/db $(wildcard $(ON_SERVER:%=tests/review/test_%.py)) $(PAGE_ON_SERVER)
PAGE_ON_SERVER := tests/review/curate/test_many_writers.py tests/review/curate/test_on_postgresql.py
WORKERS := --numprocesses=auto --dist=loadfile
# what curators write; what only reads and reckons is the same on both
ON_SERVER := agreement bias_cli changes deciding dedupe_cli editing extracting extraction full_text_votes importing large_changes matrix \
	matrix_diff prisma screening stale_decisions team unread verifying

lint: $(VENV)/.dev  ## ruff, strict mypy, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

format: $(VENV)/.dev  ## let ruff rewrite what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.dev  ## time evaluation beside its peers, and load and report at 1x, 10x and 100x the corpus
	$(BIN)/python tests/bench_evaluate.py
	$(BIN)/python tests/bench_scale.py

# The peers have an environment of their own; without a network they are named as absent.
bench-meta: $(VENV)/.dev  ## time the meta-analysis beside metafor (where Rscript has it) and three Python packages
	@$(MAKE) --no-print-directory $(PEERS)/.installed || echo "the Python packages to compare with could not be installed"
	$(BIN)/python tests/bench_meta.py --peers $(PEERS)/bin/python
PEERS := $(BUILD)/bench_meta_peers

$(PEERS)/.installed: tests/bench_meta_peers.txt
	$(PYTHON) -m venv $(PEERS)
	$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --requirement tests/bench_meta_peers.txt
	@touch $@

bench-screening: $(VENV)/.dev  ## what prioritised screening saves on the shipped decisions
	$(BIN)/python tests/bench_screening.py

bench-dedupe: $(VENV)/.dev  ## precision, recall and time of deduplication, beside bib-dedupe
	@$(MAKE) --no-print-directory $(DEDUPE_PEER)/.installed || echo "bib-dedupe could not be installed"
	$(BIN)/python tests/bench_dedupe.py --peers $(DEDUPE_PEER)/bin/python
DEDUPE_PEER := $(BUILD)/bench_dedupe_peers

$(DEDUPE_PEER)/.installed: tests/bench_dedupe_peers.txt
	$(PYTHON) -m venv $(DEDUPE_PEER)
	$(DEDUPE_PEER)/bin/python -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

bench-curation: $(VENV)/.dev  ## a review of 100,000 records: import, duplicates, and the page, with times and memory
	$(BIN)/python tests/bench_curation.py

lock: $(VENV)/.dev  ## resolve the lock files anew (needs the network)
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile $(LOCK) --group build pyproject.toml --output-file locks/run.txt
	$(BIN)/uv pip compile $(LOCK) --group build $(CURATE) --constraints locks/run.txt pyproject.toml --output-file locks/curate.txt
	$(BIN)/uv pip compile $(LOCK) --group build $(BENCHMARK) --constraints locks/curate.txt pyproject.toml --output-file locks/benchmark.txt
	$(BIN)/uv pip compile $(LOCK) --group dev $(CURATE) $(BENCHMARK) --constraints locks/curate.txt --constraints locks/benchmark.txt pyproject.toml --output-file locks/dev.txt
CURATE := --extra curate --extra postgresql
BENCHMARK := --extra benchmark --extra onnx
LOCK := --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --custom-compile-command "make lock"

tools:  # Debian's Chromium, poppler and PostgreSQL for the tests that look at the page or ask a server
	@tests/setup_tools.sh

clean:  ## remove the environment and everything built
	rm -rf $(VENV) $(BUILD) dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The database is made anew only when the shipped evidence is newer, so that curated edits survive.
$(DB): $(VENV)/.run $(CORPUS)
	@mkdir -p $(BUILD)
	@test ! -e $(DB) || $(BIN)/medquant db upgrade --db $(DB)
	$(BIN)/medquant db load --db $(DB)
	@touch $(DB)

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v <= (3, 13) else f"medquant needs Python 3.11 to 3.13, {sys.executable} is {v[0]}.{v[1]}: name another with make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.run: $(VENV)/.python locks/run.txt pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r locks/run.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.curate: $(VENV)/.run locks/curate.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r locks/curate.txt
	@touch $@

$(VENV)/.benchmark: $(VENV)/.run locks/benchmark.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r locks/benchmark.txt
	@touch $@

$(VENV)/.dev: $(VENV)/.run locks/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r locks/dev.txt
	@touch $@
