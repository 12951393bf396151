# SPDX-License-Identifier: MIT OR Apache-2.0
#
# Fuzzing with libFuzzer, under the sanitizers: all of hud once more, into build/fuzz, and into build/fuzz-kept
# what runs kept inputs. docs/RELIABILITY.md has the figures. FUZZ names the harnesses, FUZZ_SECONDS is for how
# long each runs.

FUZZ         ?= $(patsubst tests/fuzz/%_fuzz.c,%,$(wildcard tests/fuzz/*_fuzz.c))
FUZZ_SECONDS ?= 7200

# clang warns of two things that gcc, with the same options, does not.
FUZZ_CFLAGS := -g -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined \
	-Wno-gnu-variable-sized-type-not-at-end -Wno-missing-field-initializers
FUZZ_MAKE = $(MAKE) --no-print-directory BUILD=$(BUILD)/$1 CC=$(CLANG) CFLAGS='$2 $(FUZZ_CFLAGS)' \
	$(FUZZ:%=$(BUILD)/$1/%_fuzz) $(BUILD)/$1/seeds

.PHONY: fuzz fuzz-keep fuzzers fuzzers-kept check-fuzz
fuzz: fuzzers ## fuzz each harness for FUZZ_SECONDS (7200), one after another; FUZZ='NAME...' only these
	@bash tests/fuzz/run.sh --seconds $(FUZZ_SECONDS) $(BUILD)/fuzz $(FUZZ)

fuzz-keep: fuzzers ## what fuzzing found to reach new code, into tests/fuzz/corpus
	@bash tests/fuzz/run.sh --keep $(BUILD)/fuzz $(FUZZ)

check-fuzz: fuzzers-kept ## run the kept corpus, and each input that once was a crash, once
	@bash tests/fuzz/run.sh $(BUILD)/fuzz-kept $(FUZZ)

fuzzers:
	+@$(call FUZZ_MAKE,fuzz,-O1)

# Kept inputs run once: that takes no longer than with -O1 (16 s), and compiling 15 s instead of 25.
fuzzers-kept:
	+@$(call FUZZ_MAKE,fuzz-kept,-O0)

# In that build:
FUZZ_FRAME   := $(patsubst %.c,$(BUILD)/%.o,$(filter-out %_fuzz.c tests/fuzz/seeds.c,$(wildcard tests/fuzz/*.c)))
# Both programs have a mark_send(); what the harnesses mean is hud-record's, which comes first.
FUZZ_PARTS   := $(FUZZ_FRAME) $(BUILD)/recorder/libwithoutkernel.a $(BUILD)/tests/libfixture.a $(FOLDERS:%=$(BUILD)/analyzer/lib%.a) $(BUILD)/libhudformat.a
FUZZ_SERVED  := -Wl,--wrap=open,--wrap=fopen,--wrap=setmntent,--wrap=readlink
FUZZ_LINK     = $(FUZZ_FRAME) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(ANALYZE_LIBS) -lcmocka $(FUZZ_SERVED) $(FUZZ_WRAP)
$(BUILD)/mark_fuzz: FUZZ_WRAP := -Wl,--wrap=sendto
$(BUILD)/debug_server_fuzz: FUZZ_WRAP := -Wl,--wrap=dlopen -rdynamic

# Of hud-record what reads hostile input without BPF.
FUZZ_RECORDER := $(wildcard $(addprefix recorder/,base/*.c target/*.c mark/*.c tasks/*.c kernel/symbols.c))
$(BUILD)/recorder/libwithoutkernel.a: $(FUZZ_RECORDER:%.c=$(BUILD)/%.o)
	@rm -f $@ && ar rcs $@ $^

$(BUILD)/%_fuzz: tests/fuzz/%_fuzz.c $(FUZZ_PARTS)
	@echo '  CC  $@'
	@$(COMPILE) -fsanitize=fuzzer -MF $@.d $< $(FUZZ_LINK) -o $@

$(BUILD)/seeds: tests/fuzz/seeds.c $(FUZZ_PARTS)
	@echo '  CC  $@'
	@$(COMPILE) -MF $@.d $< $(FUZZ_LINK) -o $@
