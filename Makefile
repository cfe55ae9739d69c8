# Mercer: `make` alone lists what can be made.
#
#   PREFIX   where `make install` puts the binary (default /usr/local)
#   DESTDIR  put in front of PREFIX, for packagers

PREFIX ?= /usr/local
DESTDIR ?=
export SWIFT ?= swift
OUTPUT ?= mercer-out/demo
SECONDS ?= 60

# Swift sources that are ours, found at each run; build products stay out of it.
SOURCES = $(shell find Package.swift Benchmarks/Package.swift Sources Tests scripts \
	Benchmarks/Sources Fuzz/Package.swift Fuzz/Sources Snippets -name '*.swift' 2>/dev/null)
# The rooms that have documentation.
DOCUMENTED = MercerCore MercerData MercerKernels MercerOperators MercerSolvers MercerLearning \
	MercerReport MercerTestSupport

# What is installed runs without a Swift toolchain, so the Swift libraries are linked in; symbols,
# most of the size, are left out. At a fixed address nothing has to be moved when it starts, which
# takes longer than a prediction.
STANDALONE = -c release --static-swift-stdlib -Xlinker -s --scratch-path .build/static
ifeq ($(shell uname -s),Linux)
STANDALONE += -Xswiftc -Xclang-linker -Xswiftc -no-pie
endif

.DEFAULT_GOAL := help
.PHONY: help setup setup-tests build demo test test-debug test-release test-maps bench bench-scale bench-accuracy bench-images \
	bench-check bench-forecast fuzz \
	docs format lint standalone install clean

help: ## this list
	@echo "Mercer: kernel methods on your own machine."
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install the system libraries that are missing (Debian), or say which to install
	@scripts/setup.sh

setup-tests: setup ## install what some tests need beside (Chromium, numpy; Debian)
	@scripts/setup-tests.sh

build: setup ## build the command line tool, optimised
	$(SWIFT) build -c release --product mercer

demo: build ## fit the diamonds table that ships with Mercer, score it, predict five prices
	@scripts/demo.sh "$$($(SWIFT) build -c release --show-bin-path)/mercer" $(OUTPUT)

test: test-debug test-release test-maps ## run all tests, with and without optimisation

test-debug: setup-tests ## run the tests with all checks on, small sizes
	@scripts/run-tests.sh

# Without testable imports the objects are those of `make build`, and nothing is compiled twice.
test-release: setup-tests ## run the tests optimised, with those that need size
	@scripts/run-tests.sh -c release --disable-testable-imports
	@# The rooms with loops again with the lesser instruction sets; those of one function each test
	@# all sets by themselves.
	@for set in avx2 baseline; do \
	  echo "the loops of $$set:"; \
	  MERCER_SIMD=$$set scripts/run-tests.sh --skip-build -c release \
	    --disable-testable-imports --filter 'Mercer(Core|Kernels|Operators)Tests' \
	    --skip ElementaryFunction || exit 1; \
	done

test-maps: ## derive the polynomials of the elementary functions anew, and compare (with mpmath)
	@if python3 -c 'import mpmath' 2>/dev/null; then scripts/derive-maps.py --check; \
	else echo "test-maps: skipped, it needs Python 3 with mpmath (on Debian: python3-mpmath)"; fi

bench: setup ## time Mercer beside its peers, alternating, and print the table of ratios
	@Benchmarks/run.sh

bench-scale: setup ## measure how time, memory and error grow with rows and centres (about an hour)
	@Benchmarks/scale.sh

bench-accuracy: setup ## compare Mercer's errors on many tables with its peers' (takes hours)
	@Benchmarks/accuracy/run.sh

bench-images: setup ## compare kernels on images: Gaussian, dense and convolutional networks (half an hour)
	@Benchmarks/images.sh

bench-forecast: build ## forecast from an eighth of the diamonds, fit to the rest, and compare
	@Benchmarks/forecast.py --mercer "$$($(SWIFT) build -c release --show-bin-path)/mercer" \
	  --target price Examples/data/diamonds-train.csv.gz Examples/data/diamonds-test.csv.gz

bench-check: setup ## count instructions of small operations; more than 5 % more than kept fails
	@Benchmarks/instructions/run.sh

fuzz: setup ## feed each reader with random inputs, SECONDS=60 each; a finding fails
	@Fuzz/run.sh $(SECONDS)

docs: setup ## build the documentation; dead links and missing doc comments fail
	@scripts/check-links.sh
	$(SWIFT) package --disable-sandbox generate-documentation --warnings-as-errors \
	  --enable-experimental-combined-documentation $(DOCUMENTED:%=--target %)
	@$(SWIFT) scripts/check-doc-comments.swift \
	  "$$(dirname "$$($(SWIFT) build --show-bin-path)")/extracted-symbols" $(DOCUMENTED)

format: ## format the Swift sources in place
	@$(SWIFT) format format --in-place --parallel $(SOURCES)

lint: ## check formatting and style, changing nothing
	@$(SWIFT) format lint --strict --parallel $(SOURCES)

standalone: setup ## build the tool as it is installed, into .build/static/release/mercer
	$(SWIFT) build $(STANDALONE) --product mercer

install: standalone ## install binary, manual page and completions: make install PREFIX=/usr/local
	install -d "$(DESTDIR)$(PREFIX)/bin"
	install -m 755 .build/static/release/mercer "$(DESTDIR)$(PREFIX)/bin/mercer"
	@scripts/install-extras.sh "$(DESTDIR)$(PREFIX)"

clean: ## remove everything that was built
	rm -rf .build Fuzz/.build Benchmarks/.build Benchmarks/.venv Benchmarks/.venv-jax Benchmarks/.venv-accuracy \
	  mercer-out
