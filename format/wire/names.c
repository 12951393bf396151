/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "format/wire/names.h"
#include "format/wire/definitions.h"
#include "format/wire/events.h"
#include "format/wire/recording.h"
#include "format/wire/records.h"
#include "format/wire/tasks.h"

static const struct {
	const char *name;
	const char *unit;
} losses[] = {
	[HUD_LOSS_RING_FULL] = {"ring-full", "events"},
	[HUD_LOSS_STACK_FAILED] = {"stack-failed", "stacks"},
	[HUD_LOSS_STACK_LIMIT] = {"stack-limit", "stacks"},
	[HUD_LOSS_THREAD_STATE] = {"thread-state", "threads"},
	[HUD_LOSS_OPEN_STACK] = {"open-stack", "stacks"},
	[HUD_LOSS_CHUNK_DAMAGED] = {"chunk-damaged", "bytes"},
	[HUD_LOSS_CHUNK_MISSING] = {"chunk-missing", "chunks"},
	[HUD_LOSS_MAPPING] = {"mapping", "mappings"},
	[HUD_LOSS_RECORD_INVALID] = {"record-invalid", "records"},
	[HUD_LOSS_CLOCK_BACKWARD] = {"clock-backward", "spans"},
	[HUD_LOSS_UNKNOWN_PROCESS] = {"unknown-process", "events"},
	[HUD_LOSS_UNPLANNED] = {"unplanned", "objects"},
	[HUD_LOSS_POLL_SITE] = {"poll-site", "polls"},
	[HUD_LOSS_SWITCH_UNSEEN] = {"switch-unseen", "switches"},
	[HUD_LOSS_WAKER] = {"waker", "wakeups"},
	[HUD_LOSS_STATE_UNREAD] = {"state-unread", "readings"},
};

static const char *const end_reasons[] = {
	[HUD_END_DURATION] = "duration",           [HUD_END_INTERRUPTED] = "interrupted",
	[HUD_END_TARGET_EXITED] = "target-exited", [HUD_END_WRITE_FAILED] = "write-failed",
	[HUD_END_KERNEL_FAILED] = "kernel-failed",
};

static const char *const lifecycles[] = {
	[HUD_THREAD_START] = "thread-start",
	[HUD_THREAD_EXIT] = "thread-exit",
	[HUD_PROCESS_EXIT] = "process-exit",
	[HUD_PROCESS_EXEC] = "process-exec",
};

static const char *const wheres[] = {
	[HUD_WHERE_POLL] = "poll",
	[HUD_WHERE_PARK] = "park",
	[HUD_WHERE_NO_CORE] = "no-core",
	[HUD_WHERE_OUTSIDE] = "outside",
};

static const char *const schedulers[] = {
	[HUD_SCHEDULER_MULTI_THREAD] = "multi_thread",
	[HUD_SCHEDULER_CURRENT_THREAD] = "current_thread",
	[HUD_SCHEDULER_LOCAL_SET] = "local_set",
};

static const char *const layouts[] = {
	[HUD_LAYOUT_NONE] = "none",
	[HUD_LAYOUT_DEBUG] = "debug",
	[HUD_LAYOUT_TABLE] = "table",
	[HUD_LAYOUT_LEARNED] = "learned",
};

/* What a person can do about it. */
#define RECORD_LONGER                                                                              \
	"record it for longer, while it has work to do; or record a build with debug information"
#define RECORD_LIGHTER                                                                             \
	"record it for longer under a light load of short requests, since workers that never "     \
	"wait, or never poll, show nothing; or record a build with debug information"

static const struct {
	const char *name, *remedy;
} learn_reasons[] = {
	[HUD_LEARN_OPEN] = {"too little was seen of its workers", RECORD_LIGHTER},
	[HUD_LEARN_NO_WORDS] = {"no thread-local word pointed into its thread's stack",
				RECORD_LONGER},
	[HUD_LEARN_NO_CHAINS] = {"nothing on the stacks looked like a scheduler's context",
				 RECORD_LONGER},
	[HUD_LEARN_MANY_CHAINS] = {"more than can be followed looked like a scheduler's context",
				   RECORD_LONGER},
	[HUD_LEARN_FEW_PARKS] = {"too few parks were seen", RECORD_LIGHTER},
	[HUD_LEARN_FEW_POLLS] = {"too few polls were seen", RECORD_LONGER},
	[HUD_LEARN_ONE_CORE] = {"several threads polled, with one core", RECORD_LONGER},
	[HUD_LEARN_CONTRADICTED] = {"no layout agreed with all parks and polls", RECORD_LONGER},
	[HUD_LEARN_AMBIGUOUS] = {"several layouts agreed with all parks and polls", RECORD_LONGER},
	[HUD_LEARN_REFUSED] =
		{"the kernel refused to watch it",
		 "record it again, as root; or record a build with debug information"},
	[HUD_LEARN_NO_DRIVER] = {"no worker that polls waits in epoll: it may have no I/O driver",
				 "record a build with debug information, or one whose runtime has "
				 "the I/O driver (enable_io or enable_all)"},
	[HUD_LEARN_NO_ROOM] = {"more runtimes than can be followed are in one process",
			       "its polls and parks are distinguished by stack traces only"},
	[HUD_LEARN_NO_ANSWER] =
		{"hud-analyze, which hud-record asks, gave no answer",
		 "is the hud-analyze beside it of the same version? record it again"},
	[HUD_LEARN_ENDED] = {"it ended before enough was seen", RECORD_LONGER},
	[HUD_LEARN_NO_SITES] = {"no function that polls tasks could be probed",
				"record a build with debug information or symbols"},
};

static const char *const task_outcomes[] = {
	[HUD_TASK_READ] = "read", [HUD_TASK_POLLING] = "polling", [HUD_TASK_MOVING] = "moving",
	[HUD_TASK_GONE] = "gone", [HUD_TASK_FAILED] = "failed",   [HUD_TASK_UNKNOWN] = "unknown",
	[HUD_TASK_CUT] = "cut",
};

static const char *const task_frame_kinds[] = {
	[HUD_FRAME_COROUTINE] = "coroutine", [HUD_FRAME_FUTURE] = "future", [HUD_FRAME_DYN] = "dyn",
	[HUD_FRAME_WAIT] = "wait",           [HUD_FRAME_HOLD] = "hold",
};

static const char *const task_leaves[] = {
	[HUD_LEAF_SLEEP] = "sleep",       [HUD_LEAF_ACQUIRE] = "acquire",
	[HUD_LEAF_NOTIFIED] = "notified", [HUD_LEAF_ONESHOT] = "oneshot",
	[HUD_LEAF_CHANNEL] = "channel",   [HUD_LEAF_BROADCAST] = "broadcast",
	[HUD_LEAF_WATCH] = "watch",       [HUD_LEAF_JOIN] = "join",
	[HUD_LEAF_READY] = "ready",       [HUD_LEAF_FD] = "fd",
	[HUD_LEAF_GUARD] = "guard",       [HUD_LEAF_SET] = "set",
};

static const char *const stack_stops[] = {
	[HUD_STOP_END] = "end",
	[HUD_STOP_DEPTH] = "depth",
	[HUD_STOP_ROOT] = "root",
	[HUD_STOP_NO_MAPPING] = "no-mapping",
	[HUD_STOP_READ_FAILED] = "read-failed",
	[HUD_STOP_NO_FRAME_POINTER] = "no-frame-pointer",
	[HUD_STOP_UNSUPPORTED] = "unsupported",
	[HUD_STOP_NOT_ADVANCING] = "not-advancing",
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

const char *hud_record_name(uint16_t type)
{
	const struct record_kind *kind = record_kind(type);

	return kind ? kind->name : NULL;
}

const char *hud_loss_name(uint32_t cause)
{
	return cause < COUNT(losses) ? losses[cause].name : NULL;
}

const char *hud_loss_unit(uint32_t cause)
{
	return cause < COUNT(losses) ? losses[cause].unit : NULL;
}

const char *hud_end_reason_name(uint32_t reason)
{
	return reason < COUNT(end_reasons) ? end_reasons[reason] : NULL;
}

const char *hud_lifecycle_name(uint32_t kind)
{
	return kind < COUNT(lifecycles) ? lifecycles[kind] : NULL;
}

const char *hud_where_name(uint32_t where)
{
	return where < COUNT(wheres) ? wheres[where] : NULL;
}

const char *hud_layout_name(uint32_t source)
{
	return source < COUNT(layouts) ? layouts[source] : NULL;
}

const char *hud_learn_reason_name(uint32_t reason)
{
	return reason < COUNT(learn_reasons) ? learn_reasons[reason].name : "for an unknown reason";
}

const char *hud_learn_remedy(uint32_t reason)
{
	return reason < COUNT(learn_reasons) ? learn_reasons[reason].remedy : RECORD_LONGER;
}

const char *hud_scheduler_name(uint32_t kind)
{
	return kind < COUNT(schedulers) ? schedulers[kind] : NULL;
}

const char *hud_task_outcome_name(uint32_t outcome)
{
	return outcome < COUNT(task_outcomes) ? task_outcomes[outcome] : NULL;
}

const char *hud_task_frame_kind_name(uint32_t kind)
{
	return kind < COUNT(task_frame_kinds) ? task_frame_kinds[kind] : NULL;
}

const char *hud_task_leaf_name(uint32_t leaf)
{
	return leaf < COUNT(task_leaves) ? task_leaves[leaf] : NULL;
}

const char *hud_stack_stop_name(uint32_t stop)
{
	return stop < COUNT(stack_stops) ? stack_stops[stop] : NULL;
}
