/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/cmd/recording.h"
#include "format/base/clock.h"
#include "format/wire/names.h"
#include "format/wire/recording.h"
#include "recorder/base/invoker.h"
#include "recorder/capture/session.h"
#include "recorder/cmd/preflight.h"
#include "recorder/cmd/recording_begin.h"
#include "recorder/kernel/symbols.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#define DRAIN_MS 100
#define HURRY_MS 20
#define SECOND_NS NS_PER_S
#define PERF_MAP_BYTES_MAX (256u << 20)

static struct status_numbers numbers(const struct recording *r, uint64_t now)
{
	struct status_numbers n = {
		.elapsed_ns = now - r->start_ns,
		.events = capture_writer_events(r->writer),
		.bytes = capture_writer_bytes(r->writer),
		.lost = bookkeeping_lost(&r->books),
		.cpu_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID) + r->dumps.cpu_ns,
		.tasks = r->options->tasks,
	};

	bookkeeping_lost_causes(&r->books, n.lost_causes, sizeof(n.lost_causes));
	return n;
}

/* Of what will be loaded or run, the state may have to be learned: without plans nothing is. */
static bool may_learn(const struct recording *r)
{
	return r->learner && !r->options->frame_pointers_only;
}

/* Are copies made that are to be the property of the user who called sudo? */
static bool copies_are_given(const struct recording *r)
{
	const struct options *o = r->options;

	return invoker_id("SUDO_UID") > 0 &&
	       (o->save_binaries || (!r->output.pipe && !o->no_copies));
}

static void privileges_give_up(const struct recording *r)
{
	struct privileged_work work = {
		.foreign_directory = output_in_foreign_directory(&r->output),
		.copies_given = copies_are_given(r),
		.probes = r->options->polls || r->options->tasks || may_learn(r),
	};
	int error = privileges_drop(&work);

	if (error)
		fprintf(stderr,
			"hud-record: cannot give up privileges: %s\n"
			"  recording goes on with all of them\n",
			strerror(-error));
}

/* True: there is an error, and so the recording is over. The first one is kept. */
static bool record_failed(struct recording *r, enum hud_end_reason reason, int error)
{
	if (error && !r->error) {
		r->end = reason;
		r->error = error;
	}
	return error != 0;
}

/*
 * Once a second: open spans, mappings that were missed, losses, cost. Ends the chunk, so that a
 * kill loses no more. False: it failed.
 */
static bool second_work(struct recording *r, uint64_t now)
{
	if (record_failed(r, HUD_END_KERNEL_FAILED, bpf_session_walk(r->bpf, false)))
		return false;
	bpf_session_measure(r->bpf, false); /* the first second is enough */
	if (record_failed(r, HUD_END_KERNEL_FAILED, bpf_session_drain(r->bpf)))
		return false;
	process_table_reap(r->processes);
	if (r->transcript.mappings_lost > r->mappings_lost) {
		r->mappings_lost = r->transcript.mappings_lost;
		process_table_refresh_all(r->processes, now);
	}
	bookkeeping_write(&r->books, now);
	if (r->status.terminal) {
		struct status_numbers n = numbers(r, now);

		status_update(&r->status, &n);
	}
	r->second_ns = now;
	return !record_failed(r, HUD_END_WRITE_FAILED, capture_writer_flush(r->writer));
}

static bool duration_over(const struct recording *r, uint64_t now)
{
	return r->options->duration_ns && now - r->start_ns >= r->options->duration_ns;
}

static int wait_ms(const struct recording *r, uint64_t now)
{
	bool hurry = r->learner && learner_hurries(r->learner);
	uint64_t left = (hurry ? HURRY_MS : DRAIN_MS) * NS_PER_MS;

	if (r->options->duration_ns && r->start_ns + r->options->duration_ns - now < left)
		left = r->start_ns + r->options->duration_ns - now;
	return (int)((left + NS_PER_MS - 1) / NS_PER_MS);
}

static void record_loop(struct recording *r)
{
	struct pollfd wait = {.fd = r->signals.fd, .events = POLLIN};

	for (;;) {
		uint64_t now = clock_ns(CLOCK_MONOTONIC);

		if (record_failed(r, HUD_END_KERNEL_FAILED, bpf_session_drain(r->bpf)))
			return;
		mark_receiver_work(&r->marks);
		if (object_table_poll(r->objects, 0)) {
			process_table_replace(r->processes);
			plan_report_write(&r->plans, now);
		}
		if (r->learner)
			learner_tick(r->learner, now);
		poll_timing_tick(&r->timing, now);
		task_dumps_tick(&r->dumps, r->processes, now, r->marks.taken);
		if (now - r->second_ns >= SECOND_NS) {
			if (!second_work(r, now))
				return;
		} else if (r->output.pipe && record_failed(r, HUD_END_WRITE_FAILED,
							   capture_writer_flush(r->writer))) {
			return;
		}
		if (!process_table_alive(r->processes)) {
			r->end = HUD_END_TARGET_EXITED;
			return;
		}
		if (duration_over(r, now)) {
			r->end = HUD_END_DURATION;
			return;
		}
		poll(&wait, 1, wait_ms(r, now)); /* SIGCHLD only ends it: exits have events */
		if (signals_take(&r->signals)) {
			r->end = HUD_END_INTERRUPTED;
			return;
		}
	}
}

/* The names of generated code, which are of no use to others, beside the capture. */
static void perf_map_keep(void *context, pid_t pid, int fd)
{
	struct recording *r = context;
	char name[32];
	int error;

	snprintf(name, sizeof(name), "perf-%d.map", (int)pid);
	error = copies_save_as(&r->copies, fd, name, PERF_MAP_BYTES_MAX);
	if (error && error != -EALREADY)
		fprintf(stderr,
			"hud-record: cannot copy %s, the names of generated code, to %s: %s\n",
			name, r->copies.path, copies_error(error));
}

/* Writes what is still open: spans, windows, losses, cost; and the END record. */
static int record_finish(struct recording *r)
{
	uint64_t now;

	mark_receiver_work(&r->marks);
	if (r->end != HUD_END_WRITE_FAILED) {
		/* It takes a while, of which the walk tells. */
		task_dumps_finish(&r->dumps, r->processes);
		record_failed(r, HUD_END_KERNEL_FAILED, bpf_session_walk(r->bpf, true));
		record_failed(r, HUD_END_KERNEL_FAILED, bpf_session_drain(r->bpf));
	}
	now = clock_ns(CLOCK_MONOTONIC);
	plan_report_finish(&r->plans);
	if (r->learner)
		learner_finish(r->learner, now);
	poll_timing_finish(&r->timing, now);
	bookkeeping_write(&r->books, now);
	return session_end(r->writer, r->end, r->error, now);
}

/* Says what became of the command. */
static void command_report(const struct recording *r)
{
	const struct target_set *t = r->targets;
	int status;

	if (!t->child)
		return;
	if (target_set_exited(t, r->end == HUD_END_TARGET_EXITED, &status)) {
		if (WIFSIGNALED(status))
			fprintf(stderr, "  %s was killed by signal %d\n", t->command,
				WTERMSIG(status));
		else if (WEXITSTATUS(status))
			fprintf(stderr, "  %s exited with status %d\n", t->command,
				WEXITSTATUS(status));
	} else if (r->end == HUD_END_DURATION) {
		/* Not after Ctrl-C: it got that signal too, and may be about to exit. */
		fprintf(stderr, "  %s is still running, pid %d\n", t->command, (int)t->child);
	}
}

static void failure_report(const struct recording *r)
{
	if (r->end == HUD_END_KERNEL_FAILED)
		fprintf(stderr, "hud-record: the kernel refused to go on with the recording: %s\n",
			strerror(-r->error));
	else
		fprintf(stderr, "hud-record: cannot write %s: %s\n",
			r->output.pipe ? r->output.file.name : r->output.file.partial,
			output_error(r->error));
	fputs("  what was written before is a readable capture\n", stderr);
}

static enum exit_code record_all(struct recording *r)
{
	struct status_numbers n;
	bool whole;
	int error;

	privileges_give_up(r);
	record_loop(r);
	record_failed(r, HUD_END_WRITE_FAILED, record_finish(r));
	if (!r->output.pipe && !r->options->no_copies)
		process_table_perf_maps(r->processes, perf_map_keep, r);
	whole = !r->error;
	n = numbers(r, clock_ns(CLOCK_MONOTONIC));
	error = output_close(&r->output, whole);
	if (!whole)
		failure_report(r);
	status_end(&r->status, &n, &r->output, whole && !error, hud_end_reason_name(r->end));
	if (!r->options->quiet)
		command_report(r);
	if (!whole && !error && r->end == HUD_END_KERNEL_FAILED)
		return EXIT_FAILED;
	return whole && !error && !object_table_counts(r->objects).unsaved ? EXIT_RECORDED
									   : EXIT_NOT_WRITTEN;
}

enum exit_code recording_run(const struct options *o, struct target_set *targets)
{
	struct recording r = {.options = o,
			      .targets = targets,
			      .signals = {.fd = -1},
			      .output = {.file.fd = -1},
			      .saved = {.directory = -1},
			      .copies = {.directory = -1},
			      .marks = {.fd = -1}};
	enum exit_code code = recording_prepare(&r);

	if (code == EXIT_RECORDED) {
		recording_begin(&r);
		code = target_set_start(targets);
	}
	if (code == EXIT_RECORDED)
		code = record_all(&r);
	else
		output_abandon(&r.output);
	mark_receiver_close(&r.marks);
	poll_timing_close(&r.timing);
	learner_close(r.learner);
	task_dumps_close(&r.dumps);
	bpf_session_close(r.bpf);
	transcript_close(&r.transcript);
	plan_report_close(&r.plans);
	process_table_close(r.processes);
	object_table_close(r.objects);
	copies_close(&r.saved);
	copies_close(&r.copies);
	if (r.writer)
		capture_writer_close(r.writer);
	kernel_symbols_close(r.kernel);
	signals_close(&r.signals);
	return code;
}
