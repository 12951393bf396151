/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/cmd/recording_begin.h"
#include "format/base/clock.h"
#include "format/wire/recording.h"
#include "recorder/base/plain.h"
#include "recorder/capture/session.h"
#include "recorder/cmd/failure.h"
#include "recorder/cmd/plan_wait.h"
#include "recorder/cmd/preflight.h"
#include "recorder/kernel/symbols.h"

#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>

#define WINDOW_MS 100

static void on_event(void *context, const struct event *event, size_t bytes)
{
	struct recording *r = context;

	transcript_event(&r->transcript, event, bytes);
}

static void on_mmap(void *context, const void *record)
{
	struct recording *r = context;

	process_table_mmap(r->processes, record);
}

static void on_mmap_lost(void *context, uint64_t count)
{
	struct recording *r = context;

	r->transcript.mappings_lost += count;
}

/* A command's program is not known yet; each event has its own source. */
static enum hud_source source_of(const struct recording *r)
{
	if (r->options->stacks_only || !process_table_identified(r->processes))
		return HUD_SOURCE_STACK;
	return r->options->polls ? HUD_SOURCE_EXACT : HUD_SOURCE_PASSIVE;
}

static int session_write(struct recording *r)
{
	struct bpf_session_features features = bpf_session_features(r->bpf);
	struct hud_session session = {
		.start_ns = r->start_ns,
		.threshold_ns = r->options->threshold_ns,
		.sample_hz = features.sample.hz,
		.profile_hz = features.sample.hz / features.sample.samples_per_profile_sample,
		.source = source_of(r),
		.window_ms = WINDOW_MS,
	};

	session_describe(r->writer, &session, r->targets->label);
	session.workers_prefix = session_text(r->writer, r->options->workers);
	if (features.stack_at_switch_in)
		session.features |= HUD_FEATURE_STACK_AT_SWITCH_IN;
	if (features.sleeper_stacks)
		session.features |= HUD_FEATURE_OPEN_SPANS;
	if (features.sample.ticks_per_sample)
		session.features |= HUD_FEATURE_SAMPLES_AT_TICKS;
	return capture_writer_session(r->writer, &session);
}

static enum exit_code bpf_open(struct recording *r)
{
	struct bpf_session_options options = {
		.threshold_ns = r->options->threshold_ns,
		.window_ns = WINDOW_MS * NS_PER_MS,
		.profile_hz = r->options->profile_hz,
		.unwind = r->sizes,
		.poll_sites = r->options->polls
				      ? poll_timing_sites(r->processes, r->targets->child != 0)
				      : 0,
		.verbose = r->options->verbose,
		.on_event = on_event,
		.on_mmap = on_mmap,
		.on_mmap_lost = on_mmap_lost,
		.context = r,
	};
	struct bpf_session_features features;
	enum exit_code code;

	/* May fail, or hide addresses: then there are no kernel stacks, as preflight has warned. */
	kernel_symbols_open(&r->kernel);
	options.kernel = r->kernel;
	code = bpf_session_open(&options, &r->bpf);
	if (code != EXIT_RECORDED)
		return code;
	features = bpf_session_features(r->bpf);
	if (!features.stack_at_switch_in)
		fputs("hud-record: there is no hook at switch-in: waits that have ended will have "
		      "no stacks\n",
		      stderr);
	if (!features.sleeper_stacks)
		fputs("hud-record: before Linux 5.18 waits that have not ended will have no "
		      "stacks\n",
		      stderr);
	if (r->options->verbose)
		fprintf(stderr,
			"hud-record: %u samples a second on each CPU by %s, stacks %s, mapping "
			"events %s\n",
			features.sample.hz,
			features.sample.ticks_per_sample ? "the scheduler's ticks" : "timers",
			features.stack_at_switch_in ? "at switch-in" : "not at switch-in",
			features.mmap_events ? "from perf" : "missing (/proc is read instead)");
	return EXIT_RECORDED;
}

static int objects_open(struct recording *r)
{
	struct object_table_options options = {
		.saved = r->options->save_binaries ? &r->saved : NULL,
		.copies = r->output.pipe || r->options->no_copies ? NULL : &r->copies,
		.plan_files = r->options->plan,
		.plan_file_count = r->options->plans,
		.plans = !r->options->frame_pointers_only,
	};

	snprintf(r->copies_path, sizeof(r->copies_path), "%s" HUD_COPIES_SUFFIX,
		 r->output.file.name);
	r->copies.path = r->copies_path;
	r->saved.path = r->options->save_binaries;
	return object_table_open(&options, &r->objects);
}

/* Warns about stacks that cannot be unwound; EXIT_NOT_ABLE: --unwind dwarf without a plan. */
static enum exit_code plans_judge(const struct recording *r)
{
	struct object_counts counts = object_table_counts(r->objects);

	if (r->options->frame_pointers_only)
		return EXIT_RECORDED;
	if (counts.misfit && !r->targets->child)
		fprintf(stderr,
			"hud-record: --plan %s matches no file that is mapped in the target; maybe "
			"it is of another build\n"
			"  recording goes on without it; hud-analyze plan BINARY -o FILE makes "
			"one\n",
			counts.misfit);
	if (counts.analyzer_error && counts.analyzer_error != -ENOENT)
		fprintf(stderr,
			"hud-record: cannot run hud-analyze confined, so no plans are made: %s\n"
			"  stacks need frame pointers, and polls are distinguished by stack traces "
			"only\n",
			strerror(-counts.analyzer_error));
	else if (counts.analyzer_error && !r->options->plans)
		fputs("hud-record: no hud-analyze beside hud-record: stacks need frame pointers, "
		      "and polls are distinguished by stack traces only\n"
		      "  install it, or make a plan elsewhere (hud-analyze plan BINARY -o FILE) "
		      "and give it with --plan FILE\n",
		      stderr);
	else if (counts.failed)
		fprintf(stderr,
			"hud-record: no unwind rows for %zu of %zu mapped files: stacks through "
			"them need frame pointers\n"
			"  hud-analyze plan PID -o DIR shows why\n",
			counts.failed, counts.objects);
	if (!r->options->plans_required || counts.usable || r->targets->child)
		return EXIT_RECORDED;
	fputs("hud-record: --unwind dwarf: no file mapped in the target has a plan\n"
	      "  make one with hud-analyze plan BINARY -o FILE and pass --plan FILE, or use "
	      "--unwind auto\n",
	      stderr);
	return EXIT_NOT_ABLE;
}

/*
 * Describes the targets and gets plans of the files mapped in them, before anything is attached:
 * the size of a BPF map is fixed when it is created.
 */
static enum exit_code targets_plan(struct recording *r)
{
	uint64_t now = clock_ns(CLOCK_MONOTONIC);
	enum exit_code code;

	for (size_t i = 0; i < r->targets->count; i++) {
		if (r->targets->child)
			process_table_announce(r->processes, r->targets->pid[i]);
		else
			process_table_describe(r->processes, r->targets->pid[i], now);
	}
	plans_wait(r->objects, &r->status, &r->signals);
	code = plans_judge(r);
	if (code != EXIT_RECORDED)
		return code;
	object_table_sizes(r->objects, &r->sizes);
	unwind_sizes_reserve(&r->sizes, (uint32_t)r->targets->count, r->targets->child != 0);
	return EXIT_RECORDED;
}

/* Also before it begins its output may have a reader that takes nothing. */
static void output_end_set(struct recording *r, uint64_t start_ns)
{
	if (r->options->duration_ns)
		r->output.end_ns = start_ns + r->options->duration_ns;
}

static enum exit_code targets_watch(struct recording *r)
{
	struct unwind_store *store = bpf_session_unwind(r->bpf);

	object_table_store(r->objects, store);
	process_table_store(r->processes, store,
			    r->options->stacks_only ? NULL : bpf_session_identities(r->bpf));
	/* What is mapped now is read below: of mappings before that, lost records are no loss. */
	bpf_session_drain(r->bpf);
	for (size_t i = 0; i < r->targets->count; i++) {
		pid_t pid = r->targets->pid[i];
		int error = bpf_session_watch(r->bpf, pid);

		if (error) {
			fprintf(stderr, "hud-record: cannot watch process %d: %s\n%s", (int)pid,
				strerror(-error), error == -ESRCH ? "  it has exited\n" : "");
			return error == -ESRCH ? EXIT_NO_TARGET : EXIT_FAILED;
		}
	}
	/* Everything is watched from here on only: loading plans into the maps takes time. */
	r->start_ns = r->second_ns = clock_ns(CLOCK_MONOTONIC);
	output_end_set(r, r->start_ns);
	/* Of an exec before it was watched there was no event. */
	for (size_t i = 0; i < r->targets->count; i++)
		if (process_table_replaced(r->processes, r->targets->pid[i]))
			process_table_describe(r->processes, r->targets->pid[i], r->start_ns);
	process_table_refresh_all(r->processes, r->start_ns);
	process_table_reap(r->processes);
	if (!process_table_alive(r->processes)) {
		fprintf(stderr, "hud-record: %s ended before the recording began\n",
			r->targets->count > 1 ? "the targets" : "the target");
		return EXIT_NO_TARGET;
	}
	return EXIT_RECORDED;
}

/* A capture whose first bytes cannot be written is not begun. */
static enum exit_code not_begun(const struct recording *r, int error)
{
	if (error == -ENOMEM)
		return cannot("begin the capture", error);
	fprintf(stderr, "hud-record: cannot write %s: %s\n", r->output.file.name,
		output_error(error));
	return EXIT_NOT_WRITTEN;
}

/* Stacks were taken without unwind rows. */
static void late_rows(void *context, const char *path, uint64_t stacks, bool came)
{
	struct recording *r = context;
	double seconds = (double)(clock_ns(CLOCK_MONOTONIC) - r->start_ns) / 1e9;
	char plain[PATH_MAX];

	plain_name(path, plain);
	if (came)
		status_say(&r->status,
			   "the unwind rows of %s came after %.1f s: %llu stacks through it were "
			   "taken before, and may be cut",
			   plain, seconds, (unsigned long long)stacks);
	else
		status_say(&r->status,
			   "the unwind rows of %s did not come in %.1f s: %llu stacks through it "
			   "may be cut",
			   plain, seconds, (unsigned long long)stacks);
}

enum exit_code recording_prepare(struct recording *r)
{
	enum exit_code code;
	int error;

	error = signals_open(&r->signals);
	if (error)
		return cannot("handle signals", error);
	if (output_open(r->options->output, r->targets->label, &r->signals, &r->output))
		return EXIT_NOT_WRITTEN;
	output_end_set(r, clock_ns(CLOCK_MONOTONIC));
	error = objects_open(r);
	if (error)
		return error == -ENOMEM ? EXIT_FAILED : EXIT_USAGE;
	error = session_begin(&r->output, &r->writer);
	if (!error)
		error = process_table_open(r->writer, r->objects, &r->processes);
	if (error)
		return not_begun(r, error);
	status_begin(&r->status, r->options->quiet, r->output.pipe, r->targets->label,
		     r->targets->count);
	code = targets_plan(r);
	if (code == EXIT_RECORDED)
		code = bpf_open(r);
	if (code != EXIT_RECORDED)
		return code;
	code = targets_watch(r);
	if (code != EXIT_RECORDED)
		return code;
	error = session_write(r);
	if (error)
		return not_begun(r, error);
	r->transcript = (struct transcript) {
		.writer = r->writer,
		.processes = r->processes,
		.plans = &r->plans,
		.kernel = r->kernel && !kernel_symbols_hidden(r->kernel) ? r->kernel : NULL,
	};
	r->plans = (struct plan_report) {.writer = r->writer,
					 .objects = r->objects,
					 .processes = r->processes,
					 .late = late_rows,
					 .context = r};
	r->books = (struct bookkeeping) {
		.writer = r->writer,
		.bpf = r->bpf,
		.transcript = &r->transcript,
		.objects = r->objects,
		.processes = r->processes,
		.dumps_cpu_ns = &r->dumps.cpu_ns,
		.lost_ns = r->start_ns,
	};
	return EXIT_RECORDED;
}

static void learner_begin(struct recording *r)
{
	struct learner_options options = {
		.objects = r->objects,
		.processes = r->processes,
		.identities = bpf_session_identities(r->bpf),
		.multi = bpf_session_features(r->bpf).uprobe_multi,
		.quiet = r->options->quiet,
	};
	int error = r->options->stacks_only ? 0 : learner_open(&options, &r->learner);

	if (error)
		fprintf(stderr, "hud-record: cannot learn where runtimes keep their state: %s\n",
			strerror(-error));
}

/* Without them recording goes on. */
static void task_dumps_begin(struct recording *r)
{
	int error;

	if (!r->options->tasks)
		return;
	error = task_dumps_open(&r->dumps, r->writer);
	r->dumps.every_ns = r->options->tasks_every_ns;
	if (error)
		fprintf(stderr,
			"hud-record: cannot list threads for dumps of tasks: %s\n"
			"  recording goes on without them\n",
			strerror(-error));
}

void recording_begin(struct recording *r)
{
	int error = mark_receiver_open(&r->marks, r->writer, r->targets);

	malloc_trim(0); /* the kernel's BTF, several MB, was freed after loading */
	if (error)
		fprintf(stderr,
			"hud-record: cannot receive marks: %s\n  recording goes on without them\n",
			strerror(-error));
	bookkeeping_begin(&r->books, r->start_ns);
	plan_report_write(&r->plans, r->start_ns);
	r->plans.recording = true;
	bpf_session_measure(r->bpf, true);
	r->timing = (struct poll_timing) {
		.bpf = r->bpf,
		.transcript = &r->transcript,
		.processes = r->processes,
		.max_percent = r->options->max_overhead_percent,
		.force = r->options->force,
		.command = r->options->command != NULL,
	};
	if (r->options->polls)
		poll_timing_open(&r->timing, clock_ns(CLOCK_MONOTONIC));
	learner_begin(r);
	task_dumps_begin(r);
}
