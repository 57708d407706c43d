# `make app` runs the app, `make test` checks style and runs every test. Both create .venv and
# install into it what they need; the second time they start at once. Needs Python 3.11 or newer.
# Without make (Windows): pip install -r requirements.txt, then: streamlit run app.py

PYTHON ?= python3
PORT ?= 8501
API_PORT ?= 8000
WORKERS ?= 2
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := app
.PHONY: app api test lint figures clean

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

figures: $(VENV)/dev.stamp
	$(BIN)/python -m training.figures

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .ruff_cache

# A stamp is older than the list that it was made from as soon as the list changes.
$(VENV)/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "agesex needs Python 3.11 or newer; $(PYTHON) is" `$(PYTHON) -V 2>&1`"." \
	  "Name another one: make PYTHON=python3.12 ..."; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/app.stamp: requirements.txt | $(VENV)/pyvenv.cfg
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/api.stamp: requirements.txt requirements-api.txt | $(VENV)/pyvenv.cfg
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt -r requirements-api.txt
	@touch $(VENV)/app.stamp $@

$(VENV)/dev.stamp: requirements.txt requirements-api.txt requirements-data.txt requirements-dev.txt | $(VENV)/pyvenv.cfg
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $(VENV)/app.stamp $(VENV)/api.stamp $@
