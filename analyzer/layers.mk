# SPDX-License-Identifier: MIT OR Apache-2.0
#
# The folders of analyzer/, each after those that it may use. Its files include headers of those and of
# format/ only, and its unit tests are linked with those, and with what they use, only.
# docs/ARCHITECTURE.md says what each is for; make check-layers holds the code and that page to this list.

FOLDERS := base confine elf dwarf names unwind rules image runtime poll descent plan debugfile facts symbols learn store derive load open report export compare html live screen cmd

USES_base      :=
USES_confine   :=
USES_elf       := base
USES_dwarf     := base elf
USES_names     := base
USES_unwind    := base elf
USES_rules     := base names
USES_image     := base elf unwind rules
USES_runtime   := base elf dwarf names rules
USES_poll      := base elf dwarf names image runtime
USES_descent   := base dwarf rules image
USES_plan      := base unwind runtime poll descent
USES_debugfile := elf
USES_facts     := base
USES_symbols   := base elf dwarf names rules image debugfile facts
USES_learn     :=
USES_store     := base
USES_derive    := base rules store
USES_load      := base rules symbols store derive
USES_open      := base rules symbols store derive load
USES_report    := base store open
USES_export    := base store open
USES_compare   := base rules store open
USES_html      := base store open compare
USES_live      := base store derive load open
USES_screen    := base store derive load open report export html live
USES_cmd       := base confine names debugfile symbols plan learn store derive load open report export compare html live screen

# Folders without unit tests of their own: they are tested through those that use them.
WITHOUT_TESTS := debugfile
