# Few verbs, one line of purpose each. `make` alone lists them.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
VENDOR := src/qingyuan/ui/static/vendor/.installed

.PHONY: help demo test lint fmt bench fuzz crash serve clean setup proof-fuzz proof-crash proof-bench \
	proof-mutation proof-reference proof-duties proof-forms proof-scope proof-browser proof-stock bench-judging bench-maintenance bench-crosscheck bench-watch bench-watch-links bench-findings bench-periodic bench-capability bench-search
help:            ## list the verbs
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(STAMP) $(VENDOR)   ## virtual environment, packages, front-end files

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Qingyuan needs Python 3.11 or newer; set PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --upgrade pip -c constraints.txt
	$(BIN)/python -m pip install -q -e '.[dev]' -c constraints.txt
	@touch $@

$(VENDOR): frontend/package.json frontend/package-lock.json frontend/copy-dist.mjs $(STAMP)
	BIN="$(abspath $(BIN))" bash frontend/install.sh
	@touch $@

demo: setup      ## a seeded company with 40 virtual stations on http://127.0.0.1:8000
	$(BIN)/qingyuan demo

serve: setup     ## all processes on an empty installation
	$(BIN)/qingyuan up

test: setup      ## everything: unit, property, SQLite and PostgreSQL, browser, short crash series
	bash tests/need-chromium.sh
	$(MAKE) -s lint
	BIN="$(abspath $(BIN))" bash tests/both-databases.sh

lint: $(STAMP)   ## ruff, mypy, import contracts
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fmt: $(STAMP)    ## let ruff mend imports and simple things
	$(BIN)/ruff check --fix .

fuzz: $(STAMP)   ## two million random and mutated inputs through the decoder
	$(BIN)/python -m qingyuan.hj212.tests.fuzz --count 2000000

crash: $(STAMP)  ## twenty kills -9 under load; every acknowledged packet stored once
	QINGYUAN_CRASH_KILLS=20 $(BIN)/pytest -q tests/test_crash.py

bench: $(STAMP)  ## decode and ingest figures as JSON, on SQLite and PostgreSQL
	$(BIN)/python bench/decode.py
	$(BIN)/qingyuan bench ingest
	$(BIN)/qingyuan bench ingest --database postgresql
	$(BIN)/qingyuan bench ingest --stations 10000 --interval 30

proof-fuzz: fuzz
proof-crash: crash
proof-bench: bench

proof-mutation: $(STAMP)  ## each figure of the book that code reads, changed: a case must fail
	$(BIN)/pytest -q tests/cases/test_every_provision.py

proof-reference: $(STAMP)  ## 1,000 random point-days against a slow judge in plain Decimal
	QINGYUAN_PROOF=1 $(BIN)/pytest -q tests/cases/test_reference.py

proof-duties: $(STAMP)  ## next due dates over 10,000 random finishes
	QINGYUAN_DUTY_DATES=10000 $(BIN)/pytest -q src/qingyuan/standards/tests -k due

proof-forms: $(STAMP)   ## every record form in every technique, every duty's page
	QINGYUAN_PROOF=1 $(BIN)/pytest -q src/qingyuan/areas/maintenance src/qingyuan/forms

proof-scope: $(STAMP)   ## every address of maintenance and records in every role, for another unit's rows
	QINGYUAN_PROOF=1 $(BIN)/pytest -q tests/test_scope_walk.py

proof-stock: $(STAMP)   ## a minute of random stock moves by eight threads on each database: none lost, never below zero
	env -u DATABASE_URL $(BIN)/python -m qingyuan.areas.supplies.tests.race --threads 8 --seconds 60
	$(BIN)/python tests/with_postgres.py $(BIN)/python -m qingyuan.areas.supplies.tests.race --threads 8 --seconds 60

proof-browser: $(STAMP)  ## every record form in every technique, filled in and submitted in Chromium
	QINGYUAN_PROOF=1 $(BIN)/pytest -q tests/test_browser_forms.py

bench-judging: $(STAMP)  ## a point-year judged, from arrays, from files and from the database; the hour page
	$(BIN)/python bench/judge_year.py
	$(BIN)/python bench/judge_file.py
	$(BIN)/python bench/recompute.py
	$(BIN)/python bench/hour_page.py

bench-maintenance: $(STAMP)  ## a month of tasks for 200 points; the review page of one record
	$(BIN)/python bench/plan_month.py
	$(BIN)/python bench/review_page.py

bench-crosscheck: $(STAMP)  ## recall and false alarms of the cross-check on 600 simulated visits
	$(BIN)/python bench/crosscheck.py --seed 20270101 --visits 600

bench-watch: $(STAMP)  ## one new minute of 2,000 points looked at, on SQLite and PostgreSQL
	$(BIN)/python bench/watch.py
	$(BIN)/python bench/watch.py --database postgresql

bench-periodic: $(STAMP)  ## periodic reports as DOCX and PDF: seconds, memory
	$(BIN)/python bench/periodic.py

bench-findings: $(STAMP)  ## pages of findings with 100,000 of them
	$(BIN)/python bench/findings.py

bench-watch-links: $(STAMP)  ## one look at the lines of 100,000 points, on SQLite and PostgreSQL
	$(BIN)/python bench/watch_links.py
	$(BIN)/python bench/watch_links.py --database postgresql

bench-capability: $(STAMP)  ## C01 to C21 for 500 units of 200 people and 1,600 points
	$(BIN)/python bench/capability.py

bench-search: $(STAMP)  ## full-text search over 20,000 Chinese documents and records, on SQLite and PostgreSQL
	$(BIN)/python bench/search.py
	$(BIN)/python bench/search.py --database postgresql

clean:           ## remove what setup made
	rm -rf $(VENV) src/qingyuan/ui/static/vendor frontend/node_modules
