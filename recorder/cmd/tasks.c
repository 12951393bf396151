/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/cmd/tasks.h"
#include "format/base/clock.h"
#include "format/capture/writer.h"
#include "format/wire/recording.h"
#include "recorder/base/signals.h"
#include "recorder/capture/output.h"
#include "recorder/capture/process_table.h"
#include "recorder/capture/session.h"
#include "recorder/cmd/failure.h"
#include "recorder/cmd/options.h"
#include "recorder/cmd/preflight.h"
#include "recorder/cmd/task_dumps.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#define PLAN_WAIT_NS (60 * NS_PER_S) /* of large programs with much debug information */
#define LIBRARY_PLAN_WAIT_NS NS_PER_S
#define PLAN_POLL_MS 20

/* All state of a dump. */
struct dumping {
	const char *output_name;
	const char *plan[PLANS_MAX];
	size_t plans;
	bool quiet;
	struct target_set targets;
	struct signals signals;
	struct output output;
	struct capture_writer *writer;
	struct object_table *objects;
	struct process_table *processes;
	struct process_program program;
	struct task_dumps dumps;
	struct task_dump_summary summary;
};

static void help_print(void)
{
	puts("Usage: hud-record tasks [OPTIONS] PID|NAME\n"
	     "\n"
	     "Reads all asynchronous tasks of a process, what each waits for, and where threads\n"
	     "sleep, from outside and without stopping it; hud-analyze tasks FILE shows them.\n"
	     "\n"
	     "  -o, --output FILE          write the capture to FILE, - for stdout (default:\n"
	     "                             hud-TARGET-TIME.hud)\n"
	     "  -P, --plan FILE            use a plan that hud-analyze plan made of the program\n"
	     "                             (repeatable)\n"
	     "  -q, --quiet                print errors only\n"
	     "  -h, --help                 print this\n"
	     "\n"
	     "  sudo hud-record tasks my-app -o - | hud-analyze tasks -\n"
	     "\n"
	     "To record a process named tasks: hud-record -n tasks");
}

static enum exit_code usage(const char *what)
{
	if (what)
		fprintf(stderr, "hud-record: tasks: %s\n", what);
	fputs("  hud-record tasks --help shows the usage\n", stderr);
	return EXIT_USAGE;
}

/* What cannot be done, or why the output cannot be written, if it is that. */
static enum exit_code writing_failed(const struct dumping *d, const char *what, int error)
{
	if (error == -ENOMEM || (d->writer && capture_writer_error(d->writer) != error))
		return cannot(what, error);
	fprintf(stderr, "hud-record: cannot write %s: %s\n", d->output.file.name,
		output_error(error));
	return EXIT_NOT_WRITTEN;
}

/* EXIT_RECORDED: go on. `*done`: help was printed. */
static enum exit_code arguments_read(struct dumping *d, int argc, char **argv, const char **target,
				     bool *done)
{
	static const struct option longs[] = {{"output", required_argument, NULL, 'o'},
					      {"plan", required_argument, NULL, 'P'},
					      {"quiet", no_argument, NULL, 'q'},
					      {"help", no_argument, NULL, 'h'},
					      {0}};
	int letter;

	while ((letter = getopt_long(argc, argv, "o:P:qh", longs, NULL)) != -1) {
		if (letter == 'h') {
			help_print();
			*done = true;
			return EXIT_RECORDED;
		}
		if (letter == 'o')
			d->output_name = optarg;
		else if (letter == 'P' && d->plans == PLANS_MAX)
			return usage("too many plans were given with --plan");
		else if (letter == 'P')
			d->plan[d->plans++] = optarg;
		else if (letter == 'q')
			d->quiet = true;
		else
			return usage(NULL); /* getopt has printed what is wrong */
	}
	if (d->output_name && !*d->output_name)
		return usage("the name of the capture, after -o, is empty");
	if (argc - optind != 1)
		return usage(argc == optind ? "the process is missing" : "give one process");
	*target = argv[optind];
	return EXIT_RECORDED;
}

static enum exit_code target_find(struct dumping *d, const char *target)
{
	struct target_request request = {TARGET_ANY, target};
	enum exit_code code = preflight_check(d->quiet);

	if (code == EXIT_RECORDED)
		code = target_set_find(&request, 1, &d->targets);
	return code == EXIT_RECORDED ? preflight_check_targets(&d->targets) : code;
}

/* Waits a little for the plans of libraries: without one, stacks end there. */
static void library_plans(struct dumping *d)
{
	uint64_t limit = clock_ns(CLOCK_MONOTONIC) + LIBRARY_PLAN_WAIT_NS;

	while (object_table_waiting(d->objects) && clock_ns(CLOCK_MONOTONIC) < limit)
		object_table_poll(d->objects, PLAN_POLL_MS);
}

/* Waits for the plan of the program. */
static enum exit_code program_plan(struct dumping *d)
{
	pid_t pid = d->targets.pid[0];
	uint64_t limit = clock_ns(CLOCK_MONOTONIC) + PLAN_WAIT_NS;

	process_table_describe(d->processes, pid, clock_ns(CLOCK_MONOTONIC));
	for (;;) {
		if (!process_table_program(d->processes, pid, &d->program)) {
			fprintf(stderr,
				"hud-record: cannot find the program of process %d among its "
				"mappings\n  it may have exited, or replaced its program\n",
				(int)pid);
			return EXIT_NO_TARGET;
		}
		if (d->program.plan || !object_table_waiting(d->objects) ||
		    clock_ns(CLOCK_MONOTONIC) > limit)
			break;
		if (signals_take(&d->signals)) {
			fputs("hud-record: interrupted while the plan of the program was made\n",
			      stderr);
			return EXIT_FAILED;
		}
		object_table_poll(d->objects, PLAN_POLL_MS);
	}
	if (d->program.plan && d->program.plan->tasks.lists)
		return EXIT_RECORDED;
	fprintf(stderr,
		"hud-record: it is not known where process %d keeps its tasks: %s\n"
		"  its main program must have Tokio 1.24 or newer in it; hud-analyze plan %d -o "
		"DIR says what is known\n",
		(int)pid,
		d->program.plan ? "no such runtime was found in its program"
				: "there is no plan of its program",
		(int)pid);
	return EXIT_NOT_ABLE;
}

static int session_write(struct dumping *d)
{
	struct hud_session session = {.start_ns = clock_ns(CLOCK_MONOTONIC),
				      .source = HUD_SOURCE_STACK};

	session_describe(d->writer, &session, d->targets.label);
	return capture_writer_session(d->writer, &session);
}

/* Before the memory of the process is read, which is hostile. */
static void privileges_give_up(const struct dumping *d)
{
	struct privileged_work work = {
		.foreign_directory = output_in_foreign_directory(&d->output),
		.iterates = true,
	};
	int error = privileges_drop(&work);

	if (error)
		fprintf(stderr,
			"hud-record: cannot give up privileges: %s\n"
			"  tasks are read with all of them\n",
			strerror(-error));
}

static enum exit_code tasks_read(struct dumping *d)
{
	int error = task_dumps_open(&d->dumps, d->writer);

	if (error)
		return cannot("list the threads of a process by BPF", error);
	privileges_give_up(d);
	error = task_dumps_take(&d->dumps, d->targets.pid[0], &d->program, d->processes,
				&d->summary);
	if (error == -ESRCH) {
		fprintf(stderr, "hud-record: process %d has ended, or is about to\n",
			(int)d->targets.pid[0]);
		return EXIT_NO_TARGET;
	}
	if (error == -ETIMEDOUT) {
		fprintf(stderr, "hud-record: cannot read the tasks of process %d: %s\n",
			(int)d->targets.pid[0], task_dumps_error(error));
		return EXIT_FAILED;
	}
	if (error)
		return writing_failed(d, "read the tasks", error);
	if (!d->program.plan->tasks.nodes && !d->quiet)
		fputs("hud-record: the program has no debug information of types: which tasks "
		      "there are is read, and not what they wait for\n"
		      "  build it with debug = true, or keep a separate debug file; .dwo and .dwp "
		      "files (split-debuginfo) are not read\n",
		      stderr);
	return EXIT_RECORDED;
}

static enum exit_code capture_write(struct dumping *d)
{
	int error = session_end(d->writer, HUD_END_DURATION, 0, clock_ns(CLOCK_MONOTONIC));
	int closed;

	closed = output_close(&d->output, !error);
	if (error)
		fprintf(stderr, "hud-record: cannot write %s: %s\n", d->output.file.name,
			output_error(error));
	if (error || closed)
		return EXIT_NOT_WRITTEN;
	if (!d->quiet)
		fprintf(stderr, "hud-record: %zu tasks of %zu runtime%s in %.1f ms%s%s\n",
			d->summary.tasks, d->summary.runtimes, d->summary.runtimes == 1 ? "" : "s",
			(double)d->summary.duration_ns / 1e6, d->output.pipe ? "" : ", written to ",
			d->output.pipe ? "" : d->output.file.name);
	return EXIT_RECORDED;
}

static enum exit_code dump_prepare(struct dumping *d)
{
	struct object_table_options options = {
		.plan_files = d->plan, .plan_file_count = d->plans, .plans = true};
	enum exit_code code;
	int error = signals_open(&d->signals);

	if (error)
		return cannot("handle signals", error);
	error = object_table_open(&options, &d->objects);
	if (error)
		return error == -ENOMEM ? EXIT_FAILED : EXIT_USAGE;
	if (output_open(d->output_name, d->targets.label, &d->signals, &d->output))
		return EXIT_NOT_WRITTEN;
	error = session_begin(&d->output, &d->writer);
	if (!error)
		error = process_table_open(d->writer, d->objects, &d->processes);
	if (error)
		return writing_failed(d, "begin the capture", error);
	code = program_plan(d);
	if (code != EXIT_RECORDED)
		return code;
	library_plans(d);
	error = session_write(d);
	return error ? writing_failed(d, "begin the capture", error) : EXIT_RECORDED;
}

enum exit_code tasks_run(int argc, char **argv)
{
	struct dumping d = {.signals = {.fd = -1}, .output = {.file.fd = -1}};
	const char *target = NULL;
	bool done = false;
	enum exit_code code = arguments_read(&d, argc, argv, &target, &done);

	if (code != EXIT_RECORDED || done)
		return code;
	d.targets.start_fd = -1;
	code = target_find(&d, target);
	if (code == EXIT_RECORDED)
		code = dump_prepare(&d);
	if (code == EXIT_RECORDED)
		code = tasks_read(&d);
	if (code == EXIT_RECORDED)
		code = capture_write(&d);
	else
		output_abandon(&d.output);
	task_dumps_close(&d.dumps);
	process_table_close(d.processes);
	object_table_close(d.objects);
	if (d.writer)
		capture_writer_close(d.writer);
	signals_close(&d.signals);
	target_set_close(&d.targets);
	return code;
}
