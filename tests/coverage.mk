# SPDX-License-Identifier: MIT OR Apache-2.0
#
# Which branches of the code that reads, records, loads and derives the tests take: all of hud once more,
# into build/coverage. docs/RELIABILITY.md says what is not covered, and why.

# End-to-end tests whose figures count too, as root: they are what covers recorder/.
COVERAGE_E2E    ?= $(addprefix record/,errors output lifecycle identity polls marks tasks timing)
COVERAGE_OF     := format recorder analyzer/load analyzer/derive
# Warnings are for gcc to give.
COVERAGE_CFLAGS := -O0 -g -w -fprofile-instr-generate -fcoverage-mapping
COVERAGE_MAKE    = $(MAKE) --no-print-directory BUILD=$(BUILD)/coverage CC=$(CLANG) CFLAGS='$(COVERAGE_CFLAGS)'

.PHONY: coverage coverage-build
coverage: $(TEST_DEMOS) coverage-build ## branch coverage of format/, recorder/, load/ and derive/ (as root, some minutes)
	@sh tests/coverage.sh $(BUILD)/coverage '$(COVERAGE_E2E)' $(COVERAGE_OF)

coverage-build:
	+@$(COVERAGE_MAKE) all $(UNIT_TESTS:$(BUILD)/%=$(BUILD)/coverage/%)
