# SPDX-License-Identifier: MIT OR Apache-2.0
#
# The folders of format/, each after those that it may use. docs/ARCHITECTURE.md says what each is for;
# make check-layers holds the code and that page to this list.

FORMAT_FOLDERS := base wire elf plan capture

FORMAT_USES_base    :=
FORMAT_USES_wire    :=
FORMAT_USES_elf     := base wire
FORMAT_USES_plan    := wire
FORMAT_USES_capture := base wire
