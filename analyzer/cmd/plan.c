/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/cmd/learn.h"
#include "analyzer/cmd/verbs.h"
#include "analyzer/plan/build.h"
#include "analyzer/plan/file.h"
#include "analyzer/plan/mappings.h"
#include "analyzer/plan/print_json.h"
#include "analyzer/plan/print_text.h"
#include "format/base/clock.h"
#include "format/base/new_file.h"
#include "format/elf/build_id.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * The verb plan: writes what hud-record needs to know of an object, or of all objects that a
 * process has mapped.
 */

static const struct plan_error {
	int error;
	const char *what;
	const char *advice;
} plan_errors[] = {
	{ENOEXEC, "not an ELF file", "give the executable itself, or the pid of a process"},
	{EOPNOTSUPP, "not built for 64-bit x86-64 or AArch64",
	 "hud-record supports only these machines"},
	{EINVAL, "it has no code that can be run",
	 "object files and separate debug files have no plan: give the executable itself"},
	{EFBIG, "too large", "the limits are 8 GiB of code and 4 GiB of unwind information"},
	{ESTALE, "another file has this path now", "as root the mapped file can still be read"},
};

static enum exit_status plan_error(const char *object, int err)
{
	for (size_t i = 0; i < sizeof(plan_errors) / sizeof(*plan_errors); i++) {
		if (plan_errors[i].error == -err)
			return message(STATUS_INPUT, plan_errors[i].advice,
				       "cannot make a plan of %s: %s", object, plan_errors[i].what);
	}
	return message(err == -ENOMEM ? STATUS_SYSTEM : STATUS_INPUT, NULL,
		       "cannot make a plan of %s: %s", object, strerror(-err));
}

/* Standard output gets the plan or its description, never both. */
static void describe(const struct arguments *a, const struct plan_built *built, const char *object,
		     const char *output)
{
	FILE *to = strcmp(output, "-") == 0 ? stderr : stdout;

	if (a->json)
		plan_print_json(to, built, object, output);
	else if (!a->fd_count)
		plan_print_text(to, built, object, output);
}

/*
 * Builds, writes and describes a plan. `output` NULL: DIRECTORY/BUILDID.plan; without a build-id
 * DIRECTORY/NAME.plan.
 */
static enum exit_status plan_make(const struct arguments *a, const struct unwind_object *object,
				  uint64_t start_ns, const char *name, const char *output)
{
	char path[PATH_MAX + BUILD_ID_TEXT_BYTES], id[BUILD_ID_TEXT_BYTES];
	const char *base = strrchr(name, '/');
	enum exit_status status = STATUS_DONE;
	struct plan_built built;
	int err = plan_build(&built, object, start_ns);

	if (err)
		return plan_error(name, err);
	if (!output) {
		build_id_text(built.head.build_id, built.head.build_id_bytes, id);
		snprintf(path, sizeof(path), "%s/%s.plan", a->output,
			 id[0]  ? id
			 : base ? base + 1
				: name);
		output = path;
	}
	err = plan_file_write(output, built.data, built.bytes);
	if (err)
		status = message(STATUS_SYSTEM, NULL, "cannot write %s: %s", output,
				 new_file_error(err));
	else
		describe(a, &built, name, output);
	plan_built_free(&built);
	return status;
}

static enum exit_status make_of_fd(const struct arguments *a, int fd, int debug_fd,
				   const char *name, const char *output)
{
	uint64_t start_ns = clock_ns(CLOCK_MONOTONIC);
	struct unwind_object object;
	enum exit_status status;
	int err = unwind_object_open(&object, fd);

	if (err)
		return plan_error(name, err);
	err = debug_fd < 0 ? 0 : unwind_object_add_debug(&object, debug_fd);
	if (err == -EINVAL)
		status = message(
			STATUS_INPUT, NULL,
			"the debug file belongs to another build than %s: their build-ids differ",
			name);
	else
		status =
			err ? plan_error(name, err) : plan_make(a, &object, start_ns, name, output);
	unwind_object_close(&object);
	return status;
}

static enum exit_status plan_of_file(const struct arguments *a)
{
	const char *path = a->positional[0], *base = strrchr(path, '/');
	char output[PATH_MAX];
	enum exit_status status;
	int fd = plan_file_open(path);

	if (fd < 0)
		return plan_error(path, fd);
	snprintf(output, sizeof(output), "%s.plan", base ? base + 1 : path);
	status = make_of_fd(a, fd, -1, path, a->output ? a->output : output);
	close(fd);
	return status;
}

static enum exit_status plan_of_vdso(const struct arguments *a)
{
	uint64_t start_ns = clock_ns(CLOCK_MONOTONIC);
	struct unwind_object object;
	enum exit_status status;
	size_t bytes;
	void *image;
	int err = plan_vdso(&image, &bytes);

	if (!err)
		err = unwind_object_open_memory(&object, image, bytes);
	if (err)
		return plan_error("[vdso]", err);
	status = plan_make(a, &object, start_ns, "[vdso]", NULL);
	unwind_object_close(&object);
	return status;
}

static enum exit_status plan_of_mapping(const struct arguments *a, const struct plan_mapping *m,
					pid_t pid)
{
	enum exit_status status;
	int fd;

	if (m->vdso)
		return plan_of_vdso(a);
	fd = plan_mapping_open(m, pid);
	if (fd < 0)
		return plan_error(m->path, fd);
	status = make_of_fd(a, fd, -1, m->path, NULL);
	close(fd);
	return status;
}

/* Makes all plans that can be made. A failure gives a message and is the exit status. */
static enum exit_status plan_of_process(const struct arguments *a, pid_t pid)
{
	enum exit_status status = STATUS_DONE;
	struct plan_mappings m;
	int err;

	if (!a->output || strcmp(a->output, "-") == 0)
		return message(STATUS_INPUT, "name one with -o DIR",
			       "the plans of a process are several files and need a directory");
	if (mkdir(a->output, 0777) && errno != EEXIST)
		return message(STATUS_INPUT, NULL, "cannot make the directory %s: %s", a->output,
			       strerror(errno));
	err = plan_mappings_read(&m, pid);
	if (err)
		return message(STATUS_INPUT,
			       err == -ENOENT
				       ? "for a file with this name write ./NAME"
				       : "another user's process needs root or CAP_SYS_PTRACE",
			       "cannot read the mappings of process %d: %s", (int)pid,
			       err == -ENOENT ? "no such process" : strerror(-err));
	for (size_t i = 0; i < m.count; i++) {
		enum exit_status one = plan_of_mapping(a, &m.item[i], pid);

		if (one != STATUS_DONE)
			status = one;
	}
	plan_mappings_free(&m);
	return status;
}

/* As hud-record's child: the files are open already, and the plan goes to standard output. */
static enum exit_status plan_of_fds(const struct arguments *a)
{
	if (a->positionals || a->output || a->fd_count > 2)
		return message(STATUS_INPUT, "use --fd OBJECT [--fd DEBUGFILE] alone",
			       "--fd cannot be combined with a file, a pid, -o, or a third --fd");
	if (learn_is_asked(a->fds[0]))
		return learn_of_fd(a->fds[0], "-");
	return make_of_fd(a, a->fds[0], a->fd_count > 1 ? a->fds[1] : -1, "the descriptor's object",
			  "-");
}

static enum exit_status plan_run(const struct arguments *a)
{
	const char *target = a->positional[0];
	enum exit_status status;
	char *end;
	long pid;

	/* Whoever gives open descriptors has confined it further, and forbids this too. */
	if (a->fd_count)
		return plan_of_fds(a);
	if (!a->positionals)
		return message(STATUS_INPUT, "see hud-analyze plan --help",
			       "plan needs a BINARY or a PID");
	pid = strtol(target, &end, 10);
	if (*target >= '0' && *target <= '9' && !*end) {
		if (pid <= 0 || pid > INT_MAX)
			return message(STATUS_INPUT, NULL, "%s is not a valid pid", target);
		status = confine(&verb_plan, a, CONFINE_BUT_PROCESSES);
		return status == STATUS_DONE ? plan_of_process(a, (pid_t)pid) : status;
	}
	status = confine(&verb_plan, a, CONFINE_ALL);
	return status == STATUS_DONE ? plan_of_file(a) : status;
}

const struct verb verb_plan = {
	.name = "plan",
	.usage = "BINARY|PID",
	.summary = "write down what hud-record needs to know of a binary",
	.details = "Writes NAME.plan into the current directory, or the file given with -o;\n"
		   "- is standard output. For a PID: a plan of every object that it has\n"
		   "mapped, named by build-id, into the directory given with -o. With --fd\n"
		   "there is no BINARY, and the plan goes to standard output: hud-record\n"
		   "uses that.\n",
	.options = "--output --json --fd",
	.least = 0,
	.most = 1,
	.writes_here = true,
	.confines = true,
	.run = plan_run,
};
