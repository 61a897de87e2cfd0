# The commands that people type. Each says what it needs and installs it.
SHELL := bash
CHECK := --explicit-target-dependency-import-check error
RELEASE := swift build -c release --static-swift-stdlib $(CHECK)

.PHONY: help demo test acceptance watching faults simulate mutants bench fuzz lint release libraries clean

help:
	@sed -n 's/^## //p' Makefile

## make demo       three nodes, one vault, real files: sync, lose a node, share a folder and take it back, restore
demo: release
	@scripts/demo

## make test       every test with 1,000 seeds of the simulator (FREEHOLD_SEEDS=100 is quicker), then, with the
##                 debug commands, the acceptance scripts on a small folder, a watch, and a share of the bad days
test: export FREEHOLD_SEEDS ?= 1000
test: libraries
	swift build --build-tests $(CHECK)
	swift test --skip-build $(CHECK)
	@$(MAKE) --no-print-directory acceptance watching FREEHOLD=.build/debug/freehold \
	  NODE=.build/debug/freehold-node CORPUS="$${CORPUS:-docs}"
	@$(MAKE) --no-print-directory faults CI=1 FREEHOLD=.build/debug/freehold \
	  NODE=.build/debug/freehold-node

## make acceptance the acceptance scripts; FREEHOLD, NODE and CORPUS choose the commands and the folder
FREEHOLD ?= .build/release/freehold
NODE ?= .build/release/freehold-node
CORPUS ?= /usr/share/doc
acceptance:
	FREEHOLD=$(FREEHOLD) NODE=$(NODE) CORPUS=$(CORPUS) bash Tests/Acceptance/one-device.sh
	FREEHOLD=$(FREEHOLD) NODE=$(NODE) CORPUS=$(CORPUS) bash Tests/Acceptance/sync.sh
	FREEHOLD=$(FREEHOLD) NODE=$(NODE) CORPUS=$(CORPUS) bash Tests/Acceptance/policy.sh
	FREEHOLD=$(FREEHOLD) NODE=$(NODE) CORPUS=$(CORPUS) bash Tests/Acceptance/at-once.sh

## make watching   two devices that watch, with real processes; prints how soon each sees the other's changes
watching:
	FREEHOLD=$(FREEHOLD) NODE=$(NODE) CORPUS=$(CORPUS) bash Tests/Acceptance/watch.sh

## make faults     bad days with real processes: SUITE=kill runs one suite, POINT=sync:17 one point of it,
##                 CI=1 a small share; Tests/Faults/run says which suites there are
faults:
	@SUITE="$(SUITE)" POINT="$(POINT)" CI="$(CI)" FREEHOLD=$(FREEHOLD) NODE=$(NODE) Tests/Faults/run

## make simulate   the simulator over many seeds, optimised: SEEDS=5000 FIRST=1
SEEDS ?= 5000
FIRST ?= 1
simulate: libraries
	$(RELEASE) --product Simulate
	.build/release/Simulate $(SEEDS) $(FIRST)

## make mutants    every planted bug must be caught by its named test
mutants: libraries
	@Tests/Mutants/run

## make bench      side by side with restic, borg, tar and rsync on one corpus: SCALE=0.1 SETS='media docs'
bench: release
	$(RELEASE) --product CRDTBench
	$(RELEASE) --product FolderBench
	$(RELEASE) --product PackingBench
	$(RELEASE) --product PolicyBench
	@Benchmarks/run

## make fuzz       every decoder under libFuzzer for SECONDS_EACH seconds
SECONDS_EACH ?= 30
fuzz: release
	@for target in Fuzz/*.swift; do Fuzz/run "$$(basename "$$target" .swift)" $(SECONDS_EACH) || exit 1; done

## make lint       the formatter's rules, and the scripts' syntax
lint:
	swift format lint -rs Sources Tests Benchmarks Fuzz Package.swift
	@for script in scripts/* .ci/run Tests/Acceptance/*.sh Tests/Faults/run Benchmarks/run Fuzz/run; do \
	  bash -n "$$script" || exit 1; done

## make release    .build/release/freehold and freehold-node, with the Swift libraries inside
release: libraries
	$(RELEASE) --product freehold
	$(RELEASE) --product freehold-node

## make libraries  the system libraries that the build needs (asks for root only when some are missing)
libraries:
	@scripts/libraries

clean:
	rm -rf .build
