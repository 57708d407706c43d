# `make app` runs the app, `make test` checks style and runs every test. Both create .venv and
# install into it what they need; the second time they start at once. Needs Python 3.11 or newer.
# Without make (Windows): pip install -r requirements.txt, then: streamlit run app.py

PYTHON ?= python3
PORT ?= 8501
API_PORT ?= 8000
WORKERS ?= 2
# LOCKED=1 installs the exact versions of requirements.lock (with the API's) instead of the newest that fit
LOCKED ?=
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := app
.PHONY: app api test lint lock audit figures clean

app: $(VENV)/app.stamp
	$(BIN)/python -m ui --server.port $(PORT)

# ARGS passes options on: make api ARGS="--max-waiting 16"; its port is API_PORT
api: $(VENV)/api.stamp
	$(BIN)/python -m agesex serve --port $(API_PORT) $(ARGS)

# ARGS passes options on to pytest: make test ARGS="-m 'not browser' -x"; WORKERS=0 runs in one process
test: lint
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

lint: $(VENV)/dev.stamp
	$(BIN)/ruff check .

# one exact set of versions with hashes, for all systems; and what is known against it
lock: $(VENV)/tools.stamp
	$(VENV)/tools/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
	  requirements.txt requirements-api.txt requirements-data.txt --upgrade --output-file requirements.lock

audit: $(VENV)/tools.stamp
	$(VENV)/tools/bin/pip-audit --strict --disable-pip --require-hashes --requirement requirements.lock

figures: $(VENV)/dev.stamp
	$(BIN)/python -m training.figures

$(VENV)/tools.stamp: | $(VENV)/pyvenv.cfg
	$(PYTHON) -m venv $(VENV)/tools
	$(VENV)/tools/bin/python -m pip install --quiet --disable-pip-version-check uv pip-audit
	@touch $@

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .ruff_cache

# A stamp is older than the list that it was made from as soon as the list changes.
$(VENV)/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "agesex needs Python 3.11 or newer; $(PYTHON) is" `$(PYTHON) -V 2>&1`"." \
	  "Name another one: make PYTHON=python3.12 ..."; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/app.stamp: requirements.txt $(if $(LOCKED),requirements.lock) | $(VENV)/pyvenv.cfg
	@echo "Installing 2.3 GB of packages into $(VENV): a few minutes, this once …"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check \
	  $(if $(LOCKED),--require-hashes -r requirements.lock,-r requirements.txt)
	@touch $@

$(VENV)/api.stamp: requirements.txt requirements-api.txt | $(VENV)/pyvenv.cfg
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt -r requirements-api.txt
	@touch $(VENV)/app.stamp $@

$(VENV)/dev.stamp: requirements.txt requirements-api.txt requirements-data.txt requirements-dev.txt | $(VENV)/pyvenv.cfg
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $(VENV)/app.stamp $(VENV)/api.stamp $@
