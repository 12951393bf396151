# SPDX-License-Identifier: MIT OR Apache-2.0
#
# The folders of recorder/, each after those that it may use. Its files include headers of those, of
# bpf/ and of format/ only. docs/ARCHITECTURE.md says what each is for; make check-layers holds the code
# and that page to this list.

RECORDER_FOLDERS := base target kernel copies plan capture learn mark tasks cmd

RECORDER_USES_base    :=
RECORDER_USES_target  := base
RECORDER_USES_kernel  := base target
RECORDER_USES_copies  := base
RECORDER_USES_plan    := base target kernel copies
RECORDER_USES_capture := base target kernel plan
RECORDER_USES_learn   := base kernel plan capture
RECORDER_USES_mark    := base target
RECORDER_USES_tasks   := base
RECORDER_USES_cmd     := base target kernel copies plan capture learn mark tasks
