# Everything a person does with the project; `make help` lists it.

WORLD ?= village
PYTEST_ARGS ?= -n 3 --dist worksteal
# Of the Pythons that are new enough one that was built with its optimisations, if there is any; asked for only where a
# virtual environment is made.
PYTHON ?= $(shell .ci/python)

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
LOCK := --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --custom-compile-command 'make lock' --quiet
APT := DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends -o Dpkg::Use-Pty=0

GOST := openssl engine gost 2>/dev/null | grep -q gost
NGINX := PATH="$$PATH:/usr/sbin" command -v nginx >/dev/null

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test check generate bench tools browser nginx gost wrk lock clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: .venv/runtime.stamp node_modules/ide.stamp ## install what is missing and serve the demo; WORLD=city for the large world, JOINED=1 with a hospital
	KABINET_PROFILE=demo $(BIN)/kabinet serve --world $(WORLD)$(if $(JOINED), --joined)

test: browser nginx gost check ## make check, then every test
	@left=; \
	command -v chromium >/dev/null && command -v chromedriver >/dev/null || left=browser; \
	$(NGINX) || left="$$left$${left:+ or }nginx"; \
	$(GOST) || left="$$left$${left:+ or }gost"; \
	$(BIN)/pytest $${left:+-m "not ($$left)"} $(PYTEST_ARGS) && \
	{ [ -z "$$left" ] || echo "*** LEFT OUT, because it is not installed: $$left. ***" >&2; }

check: tools ## lint, types, import contracts, and whether the generated files are current
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/kabinet schema --check
	$(BIN)/kabinet access --check

generate: tools ## write docs/schema.graphql, docs/subgraphs/ and docs/access.md, and try codegen.yml on them
	$(BIN)/kabinet schema --write
	$(BIN)/kabinet access --write
	node_modules/.bin/graphql-codegen --config codegen.yml

bench: tools wrk ## measure against hand-written SQL and bare sockets over the city world
	$(BIN)/python -m bench.run
	$(BIN)/python -m bench.streams
	$(BIN)/python -m bench.acts
	$(BIN)/python -m bench.prescribe
	$(BIN)/python -m bench.files
	$(BIN)/python -m bench.file_doors
	$(BIN)/python -m bench.joined

# The rest serves the targets above.

tools: .venv/dev.stamp node_modules/clients.stamp

browser:
	@if command -v chromium >/dev/null && command -v chromedriver >/dev/null; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && $(APT) chromium chromium-driver; \
	elif [ "$$CI" = true ]; then \
		echo '*** chromium and chromedriver are not installed, and here nothing may be left out. ***' >&2; exit 1; \
	else \
		echo '*** LEFT OUT: the tests in a browser. As root: apt-get install chromium chromium-driver ***' >&2; \
	fi

nginx:
	@if $(NGINX); then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then apt-get update -qq && $(APT) nginx-light; \
	elif [ "$$CI" = true ]; then \
		echo '*** nginx is not installed, and here nothing may be left out. ***' >&2; exit 1; \
	else \
		echo '*** LEFT OUT: the tests behind a real nginx. As root: apt-get install nginx-light ***' >&2; \
	fi

gost:
	@if $(GOST); then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && $(APT) openssl libengine-gost-openssl; \
	elif [ "$$CI" = true ]; then \
		echo '*** OpenSSL has no engine for GOST, and here nothing may be left out. ***' >&2; exit 1; \
	else \
		echo '*** LEFT OUT: the tests with signatures by GOST. As root: apt-get install openssl libengine-gost-openssl ***' >&2; \
	fi

wrk:
	@if command -v wrk >/dev/null; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then apt-get update -qq && $(APT) wrk; \
	else echo '*** wrk is not installed. As root: apt-get install wrk ***' >&2; exit 1; fi

lock: .venv/dev.stamp
	$(BIN)/uv pip compile pyproject.toml --group build $(LOCK) -o requirements.txt
	$(BIN)/uv pip compile pyproject.toml --group dev -c requirements.txt $(LOCK) -o requirements-dev.txt
	npm install --package-lock-only

clean:
	rm -rf .venv node_modules kabinet.egg-info

# Stamps remember what is installed, inside of what they speak of, so that they vanish together.

.venv/made.stamp:
	@[ -n '$(PYTHON)' ] || { echo '*** Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11 ... ***' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { [ "$$(id -u)" = 0 ] && apt-get update -qq && $(APT) python3-venv; } || \
		{ echo '*** This Python cannot make virtual environments. As root: apt-get install python3-venv ***' >&2; exit 1; }
	$(PYTHON) -m venv .venv
	@touch $@

.venv/runtime.stamp: .venv/made.stamp requirements.txt pyproject.toml
	$(PIP) install --require-hashes -r requirements.txt
	$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

.venv/dev.stamp: .venv/made.stamp requirements-dev.txt requirements.txt pyproject.toml
	$(PIP) install --require-hashes -r requirements-dev.txt
	$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@ .venv/runtime.stamp

node_modules/ide.stamp: package.json package-lock.json .npmrc
	npm ci --omit=dev --no-progress
	@touch $@

node_modules/clients.stamp: package.json package-lock.json .npmrc
	npm ci --no-progress
	@touch $@ node_modules/ide.stamp
