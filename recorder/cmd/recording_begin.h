/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_CMD_RECORDING_BEGIN_H
#define HUD_RECORDER_CMD_RECORDING_BEGIN_H

#include "format/capture/name.h"
#include "format/capture/writer.h"
#include "recorder/base/signals.h"
#include "recorder/capture/bookkeeping.h"
#include "recorder/capture/output.h"
#include "recorder/capture/plan_report.h"
#include "recorder/capture/poll_timing.h"
#include "recorder/capture/process_table.h"
#include "recorder/capture/transcript.h"
#include "recorder/cmd/options.h"
#include "recorder/cmd/status.h"
#include "recorder/cmd/task_dumps.h"
#include "recorder/copies/copies.h"
#include "recorder/kernel/session.h"
#include "recorder/learn/learner.h"
#include "recorder/mark/receiver.h"
#include "recorder/target/set.h"

#include <limits.h>

/* All state of a recording. */
struct recording {
	const struct options *options;
	struct target_set *targets;
	struct output output;
	struct copies saved;  /* --save-binaries */
	struct copies copies; /* beside the output: of files that would be lost */
	char copies_path[PATH_MAX + sizeof(HUD_COPIES_SUFFIX)];
	struct capture_writer *writer;
	struct object_table *objects;
	struct process_table *processes;
	struct kernel_symbols *kernel;
	struct bpf_session *bpf;
	struct transcript transcript;
	struct poll_timing timing;
	struct learner *learner; /* NULL: the runtime's state is not to be read */
	struct task_dumps dumps;
	struct bookkeeping books;
	struct plan_report plans;
	struct status status;
	struct mark_receiver marks;
	uint64_t start_ns;
	uint64_t second_ns;     /* when second_work() last ran */
	uint64_t mappings_lost; /* transcript.mappings_lost when it last read /proc for these */
	struct signals signals;
	struct unwind_sizes sizes;
	enum hud_end_reason end;
	int error; /* of writing, or of the kernel: `end` */
};

/*
 * Opens what a recording needs, gets the plans of what is mapped, and watches the targets, from
 * start_ns on. Says on stderr what cannot be done. What it opened is closed by recording_run().
 */
enum exit_code recording_prepare(struct recording *r);

/*
 * What takes time after attaching, before a command is started: its first stacks need its mappings,
 * which the loop of recording_run() reads. What fails here is said, and recording goes on without.
 */
void recording_begin(struct recording *r);

#endif
