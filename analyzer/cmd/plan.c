/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/cmd/command.h"
#include "analyzer/plan/build.h"
#include "analyzer/plan/print_json.h"
#include "analyzer/plan/print_text.h"
#include "analyzer/plan/file.h"
#include "analyzer/plan/mappings.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * plan: what hud-record needs to know of an object, from its ELF file, of one or of all that a
 * process has mapped.
 */

static const struct plan_error {
	int error;
	const char *what;
	const char *advice;
} plan_errors[] = {
	{ENOEXEC, "no ELF file", "give the file that is run, or the pid of a process"},
	{EOPNOTSUPP, "not built for 64-bit x86-64 or AArch64",
	 "hud-record knows only these machines"},
	{EINVAL, "no code in it that could be run",
	 "object files and separate debug files have no plan: give the file that is run"},
	{EFBIG, "too large", "its code spans over 8 GiB, or its unwind information 4 GiB"},
	{ESTALE, "another file has this name now", "as root the old one can still be read"},
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

/* To standard output goes the plan, or what is said of it, never both. */
static void tell(const struct arguments *a, const struct plan_built *built, const char *object,
		 const char *output)
{
	FILE *to = strcmp(output, "-") == 0 ? stderr : stdout;

	if (a->json)
		plan_print_json(to, built, object, output);
	else if (!a->fd_count)
		plan_print_text(to, built, object, output);
}

/* Builds, writes and tells. `output` NULL: DIRECTORY/BUILDID.plan, without build-id by its name. */
static enum exit_status make(const struct arguments *a, const struct unwind_object *object,
			     uint64_t start_ns, const char *name, const char *output)
{
	char path[PATH_MAX + PLAN_ID_TEXT_BYTES], id[PLAN_ID_TEXT_BYTES];
	const char *base = strrchr(name, '/');
	enum exit_status status = STATUS_DONE;
	struct plan_built built;
	int err = plan_build(&built, object, start_ns);

	if (err)
		return plan_error(name, err);
	if (!output) {
		plan_id_text(id, &built.head);
		snprintf(path, sizeof(path), "%s/%s.plan", a->output,
			 id[0]  ? id
			 : base ? base + 1
				: name);
		output = path;
	}
	err = plan_file_write(output, built.data, built.bytes);
	if (err)
		status =
			message(STATUS_SYSTEM, NULL, "cannot write %s: %s", output, strerror(-err));
	else
		tell(a, &built, name, output);
	plan_built_free(&built);
	return status;
}

static enum exit_status make_of_fd(const struct arguments *a, int fd, int debug_fd,
				   const char *name, const char *output)
{
	uint64_t start_ns = plan_clock_ns();
	struct unwind_object object;
	enum exit_status status;
	int err = unwind_object_open(&object, fd);

	if (err)
		return plan_error(name, err);
	err = debug_fd < 0 ? 0 : unwind_object_add_debug(&object, debug_fd);
	if (err == -EINVAL)
		status = message(STATUS_INPUT, NULL,
				 "the debug file is not of %s: build-ids differ", name);
	else
		status = err ? plan_error(name, err) : make(a, &object, start_ns, name, output);
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
	uint64_t start_ns = plan_clock_ns();
	struct unwind_object object;
	enum exit_status status;
	size_t bytes;
	void *image;
	int err = plan_vdso(&image, &bytes);

	if (!err)
		err = unwind_object_open_memory(&object, image, bytes);
	if (err)
		return plan_error("[vdso]", err);
	status = make(a, &object, start_ns, "[vdso]", NULL);
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

/* As many as can be made; what cannot is said, and is the status. */
static enum exit_status plan_of_process(const struct arguments *a, pid_t pid)
{
	enum exit_status status = STATUS_DONE;
	struct plan_mappings m;
	int err;

	if (!a->output || strcmp(a->output, "-") == 0)
		return message(STATUS_INPUT, "-o DIR says where",
			       "a process has many objects: their plans need a directory");
	if (mkdir(a->output, 0777) && errno != EEXIST)
		return message(STATUS_INPUT, NULL, "cannot make the directory %s: %s", a->output,
			       strerror(errno));
	err = plan_mappings_read(&m, pid);
	if (err)
		return message(STATUS_INPUT,
			       err == -ENOENT
				       ? "a file of that name? ./NAME says so"
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

/* hud-record's child: all files are open, the plan goes to standard output. */
static enum exit_status plan_of_fds(const struct arguments *a)
{
	if (a->positionals || a->output || a->fd_count > 2)
		return message(STATUS_INPUT, "--fd OBJECT [--fd DEBUGFILE], and nothing else",
			       "--fd names all that is read, and writes to standard output");
	return make_of_fd(a, a->fds[0], a->fd_count > 1 ? a->fds[1] : -1, "the descriptor's object",
			  "-");
}

enum exit_status verb_plan(const struct arguments *a)
{
	const char *target = a->positional[0];
	char *end;
	long pid;

	if (a->fd_count)
		return plan_of_fds(a);
	if (!a->positionals)
		return message(STATUS_INPUT, "hud-analyze plan --help says how",
			       "plan: it needs a BINARY or a PID");
	pid = strtol(target, &end, 10);
	if (*target >= '0' && *target <= '9' && !*end) {
		if (pid <= 0 || pid > INT_MAX)
			return message(STATUS_INPUT, NULL, "%s is no pid", target);
		return plan_of_process(a, (pid_t)pid);
	}
	return plan_of_file(a);
}
