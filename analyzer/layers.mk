# SPDX-License-Identifier: MIT OR Apache-2.0
#
# The folders of analyzer/, each after those that it may use. Its files include headers of those and of
# format/ only, and its unit tests are linked with those, and with what they use, only.
# docs/ARCHITECTURE.md says what each is for; make check-layers holds the code and that page to this list.

FOLDERS := base confine debuginfo names unwind rules image runtime poll descent plan symbols learn store derive load open report export compare html live screen cmd

USES_base      :=
USES_confine   :=
USES_debuginfo := base
USES_names     := base
USES_unwind    := base debuginfo
USES_rules     := base names
USES_image     := base debuginfo unwind rules
USES_runtime   := base debuginfo names rules
USES_poll      := base debuginfo names unwind rules image runtime
USES_descent   := base debuginfo rules
USES_plan      := base debuginfo names unwind rules image runtime poll descent
USES_symbols   := base debuginfo names unwind rules image
USES_learn     := base
USES_store     := base
USES_derive    := base rules store
USES_load      := base rules symbols store derive
USES_open      := base rules symbols store derive load
USES_report    := base store open
USES_export    := base store open
USES_compare   := base rules store open
USES_html      := base store open compare
USES_live      := base rules symbols store derive load open
USES_screen    := base store derive load open report export html live
USES_cmd       := base confine debuginfo names symbols plan learn store derive load open report export compare html live screen
