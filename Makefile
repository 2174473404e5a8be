# Forwards to Meson and to tools/: nothing is decided here.
BUILD ?= build
DATA ?= $(BUILD)/demo
PORT_OFFSET ?= 0
JOBS ?= $(shell nproc)

.PHONY: all run check lint bench fuzz soak truth coverage nightly clean install packages
all: packages $(BUILD)/build.ninja
	@if ! ninja -C $(BUILD) -n | grep -q "no work to do"; then \
	    echo "Building the programs and all tests (minutes, the first time) ..."; \
	    if [ -t 1 ]; then quiet=; else quiet=--quiet; fi; \
	    ninja -C $(BUILD) -j$(JOBS) $$quiet; fi

packages:
	@tools/install-packages build run

$(BUILD)/build.ninja:
	@$(MAKE) --no-print-directory packages
	@echo "Setting up the build in $(BUILD) ..."
	@meson setup $(BUILD) >/dev/null

# Only what a site needs is built: the tests wait for make check.
run: packages $(BUILD)/build.ninja
	@if ! ninja -C $(BUILD) -n programs | grep -q "no work to do"; then \
	    echo "Building (the first time takes about a minute) ..."; \
	    if [ -t 1 ]; then quiet=; else quiet=--quiet; fi; \
	    ninja -C $(BUILD) -j$(JOBS) $$quiet programs; fi
	@exec $(BUILD)/bin/quoin up --demo --data $(DATA) --port-offset $(PORT_OFFSET)

check:
	@exec tools/check-all

lint:
	@tools/install-packages build lint
	@exec tools/check-tidy

bench: all
	@tools/install-packages build run test bench
	@exec bench/run

fuzz:
	@tools/install-packages build lint
	@exec tools/fuzz

# What a night has time for: a minute for each fuzz target, the kill rounds, the table of peers.
nightly: all
	@tools/install-packages build run test lint bench
	@tools/fuzz 60
	@tools/coverage --least 95
	@tools/soak

coverage:
	@tools/install-packages build test
	@exec tools/coverage

soak: all
	@tools/install-packages build run test
	@exec tools/soak

# The table of peers in docs/pdl.md.
truth: all
	@tools/install-packages build run test bench
	@rm -rf $(BUILD)/truth
	@tests/truth/make_large.py $(BUILD)/truth
	@tests/truth/compare.py --quoin $(BUILD)/bin/quoin --into docs/pdl.md tests/data $(BUILD)/truth

install: all
	@meson install -C $(BUILD) --no-rebuild

clean:
	@rm -rf $(BUILD) build-*
