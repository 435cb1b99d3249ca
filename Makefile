# The door for people: `make demo` shows what ringd does, `make test` checks all of it.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PREFIX ?= /usr/local
DESTDIR ?=
KEEP ?= 0
SECONDS_OF_FUZZ ?= 600
VERSIONS ?= 1000000
COMPRESSION ?= 6
VENV := .build/python
# One file that needs no Swift on the machine it is copied to; where its lines were is stripped when it is installed.
RELEASE := swift build -c release --static-swift-stdlib -debug-info-format none

.PHONY: help dependencies test-dependencies build programs release demo test lint swift-test purity simulate mutants python-test real-clients end-to-end browser-test fuzz bench docs bench-history install deb package-test clean

help: ## List what can be made
	@grep -hE '^[a-z-]+:.*?## ' $(MAKEFILE_LIST) | awk -F ':.*?## ' '{ printf "  make %-14s %s\n", $$1, $$2 }'

dependencies: ## Install what is missing: libsqlite3-dev, memcached, python3
	@.ci/install-dependencies

test-dependencies:
	@.ci/install-dependencies --tests

build: dependencies ## Build everything for development
	swift build

programs: dependencies
	@.ci/with-progress "building ringd (some minutes the first time)" $(RELEASE) --product ringd
	@.ci/with-progress "building ringctl" $(RELEASE) --product ringctl

release: programs ## Build ringd, ringctl and ringdemo for use
	@.ci/with-progress "building the demonstration" $(RELEASE) --product ringdemo

demo: release ## Show ringd keeping a cache alive, on eight real memcached servers; KEEP=1 leaves it running
	@.build/release/ringdemo $(if $(filter 1,$(KEEP)),--keep,)

test: test-dependencies lint swift-test purity simulate python-test real-clients end-to-end browser-test package-test ## Check everything; fails on the first broken check

lint: ## Check the format of the sources
	swift format lint --strict --recursive Package.swift Sources Tests Migrations

swift-test: test-dependencies
	swift build --build-tests --explicit-target-dependency-import-check error
	for suite in $(filter-out RingSimulatorTests,$(notdir $(wildcard Tests/*Tests))) RingSimulatorTests.DeterminismTests RingSimulatorTests.ComparisonTests; do \
		swift test --skip-build --filter "^$$suite[./]"; \
	done

# A task, a clock or a sleep does not compile in the targets that decide; the simulator stands on all of them.
purity:
	swift build --target RingSimulator --scratch-path .build-pure \
		-Xswiftc -Xfrontend -Xswiftc -disable-implicit-concurrency-module-import

simulate: mutants ## Run the planner through some hundred seeds of simulated bad days
	.build/release/ringsim run --seeds 500 --minutes 10

mutants: dependencies ## Check that the simulator catches planners that are broken on purpose
	$(RELEASE) --product ringsim
	.build/release/ringsim mutants --seeds 1000

$(VENV)/bin/python:
	python3 -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check pytest wheel setuptools cryptography numpy \
		jsonschema check-jsonschema pymemcache pylibmc python-memcached datasette

python-test: $(VENV)/bin/python
	$(VENV)/bin/pip install --quiet --disable-pip-version-check mypy vermin pytest-xdist --editable Sources/python
	$(VENV)/bin/check-jsonschema --schemafile Config/snapshot.schema.json Tests/Conformance/good/*.json
	$(VENV)/bin/vermin --quiet --no-tips --target=3.9- --violations Sources/python/ringclient
	cd Sources/python && ../../$(VENV)/bin/mypy --cache-dir ../../.build/mypy ringclient
	$(VENV)/bin/python -m pytest -q -n auto -p no:cacheprovider Tests/python

# From here on what is tested are the programs as they are installed, or others that the environment names.
RINGD_BINARIES ?= $(CURDIR)/.build/release
RINGCTL ?= $(RINGD_BINARIES)/ringctl
# Most of the tests with real servers wait for a timeout or a probe, so some run at the same time.
TOGETHER ?= 3
# Not installed, and built for the tests above: `make bench` measures the client as it is used.
RINGD_CLIENT_DRIVER ?= $(CURDIR)/.build/debug/clientdriver

real-clients: test-dependencies programs $(VENV)/bin/python
	$(VENV)/bin/pip install --quiet --disable-pip-version-check uhashring pytest-xdist
	RINGCTL=$(RINGCTL) $(VENV)/bin/python -m pytest -q -rs -n auto -p no:cacheprovider Tests/RealClients

end-to-end: test-dependencies programs $(VENV)/bin/python
	swift build --product clientdriver
	$(VENV)/bin/pip install --quiet --disable-pip-version-check prometheus-client pytest-xdist
	RINGD_BINARIES=$(RINGD_BINARIES) RINGD_CLIENT_DRIVER=$(RINGD_CLIENT_DRIVER) \
		$(VENV)/bin/python -m pytest -q -n $(TOGETHER) --dist worksteal -p no:cacheprovider Tests/EndToEnd

browser-test: test-dependencies programs $(VENV)/bin/python ## Look at the pages with a real browser
	$(VENV)/bin/pip install --quiet --disable-pip-version-check playwright axe-playwright-python
	RINGD_BINARIES=$(RINGD_BINARIES) $(VENV)/bin/python -m pytest -q -p no:cacheprovider Tests/Browser

fuzz: dependencies ## Let the address sanitizer look on while rings are built from nonsense; SECONDS_OF_FUZZ=600
	@.ci/fuzz $(SECONDS_OF_FUZZ)

bench: test-dependencies release $(VENV)/bin/python ## Measure beside the peers; PLOT=FILE.svg draws look-ups by slots
	$(VENV)/bin/pip install --quiet --disable-pip-version-check uhashring
	@$(RELEASE) --product ringsim
	@.ci/with-progress "building the client's driver" $(RELEASE) --product clientdriver
	@.ci/bench $(if $(PLOT),--plot $(abspath $(PLOT)))

docs: build ## Build the documentation of RingClient; fails on a broken link
	@.ci/docs

bench-history: test-dependencies release $(VENV)/bin/python ## Measure questions about a long history; VERSIONS=1000000
	@.ci/bench-history $(VERSIONS)

deb: programs ## Pack ringd and ringctl as a Debian package in .build/packages
	@.ci/make-deb .build/release .build/packages $(COMPRESSION)

# What is installed is the same; a sixth more bytes to keep, in a fifth of the time.
package-test: COMPRESSION := 1
package-test: test-dependencies deb $(VENV)/bin/python
	$(VENV)/bin/python -m pytest -q -rs -p no:cacheprovider Tests/Package

install: release ## Install ringd and ringctl below PREFIX
	install -D -s -m 0755 .build/release/ringd $(DESTDIR)$(PREFIX)/bin/ringd
	install -D -s -m 0755 .build/release/ringctl $(DESTDIR)$(PREFIX)/bin/ringctl
	install -D -m 0644 Config/ringd.toml $(DESTDIR)$(PREFIX)/share/ringd/ringd.toml
	install -D -m 0644 Config/ringd.service $(DESTDIR)$(PREFIX)/share/ringd/ringd.service
	install -D -m 0644 Config/ringd.sysusers.conf $(DESTDIR)$(PREFIX)/share/ringd/ringd.sysusers.conf
	.ci/man-pages .build/release/ringctl 1 $(DESTDIR)$(PREFIX)/share/man/man1
	.ci/man-pages .build/release/ringd 8 $(DESTDIR)$(PREFIX)/share/man/man8

clean: ## Remove what was built
	rm -rf .build .build-pure
