/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * Whatever a server of debug files answers, with an error, with a file that is another than was
 * asked for, or with a damaged one, each address of the binary has a frame, and there is a reason
 * where it has no name.
 *
 * Input: a byte that says what is asked for and answered; the size of the first answer in 256ths of
 * what is left; two files, as debug file and as binary. libdebuginfod is made up, below: dlopen()
 * gives this program (tests/fuzz/fuzz.mk).
 */
#include "analyzer/elf/file.h"
#include "analyzer/symbols/symbols.h"
#include "tests/fuzz/frame.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum { OFFSETS = 64, FILES = 2 };

/* What the server has: of a kind of file a path, or an error. */
struct debuginfod_client {
	char path[FILES][64];
	int error[FILES];
	void *user;
};

static struct debuginfod_client server;

struct debuginfod_client *debuginfod_begin(void);
void debuginfod_end(struct debuginfod_client *client);
int debuginfod_find_debuginfo(struct debuginfod_client *c, const unsigned char *id, int bytes,
			      char **path);
int debuginfod_find_executable(struct debuginfod_client *c, const unsigned char *id, int bytes,
			       char **path);
void debuginfod_set_progressfn(struct debuginfod_client *c, void *function);
void debuginfod_set_user_data(struct debuginfod_client *c, void *user);
void *debuginfod_get_user_data(struct debuginfod_client *c);
void *__real_dlopen(const char *name, int flags);
void *__wrap_dlopen(const char *name, int flags);

void *__wrap_dlopen(const char *name, int flags)
{
	return __real_dlopen(strstr(name, "debuginfod") ? NULL : name, flags);
}

struct debuginfod_client *debuginfod_begin(void)
{
	return &server;
}

void debuginfod_end(struct debuginfod_client *c)
{
	(void)c;
}

static int answer(const struct debuginfod_client *c, int file, char **path)
{
	int fd = c->error[file] ? -1 : open(c->path[file], O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -c->error[file];
	*path = strdup(c->path[file]);
	MUST(*path);
	return fd;
}

int debuginfod_find_debuginfo(struct debuginfod_client *c, const unsigned char *id, int bytes,
			      char **path)
{
	MUST(id && bytes > 0);
	return answer(c, 0, path);
}

int debuginfod_find_executable(struct debuginfod_client *c, const unsigned char *id, int bytes,
			       char **path)
{
	MUST(id && bytes > 0);
	return answer(c, 1, path);
}

void debuginfod_set_progressfn(struct debuginfod_client *c, void *function)
{
	(void)c, (void)function;
}

void debuginfod_set_user_data(struct debuginfod_client *c, void *user)
{
	c->user = user;
}

void *debuginfod_get_user_data(struct debuginfod_client *c)
{
	return c->user;
}

/* The file, of `bytes` of the input, or the error that the server has in place of it. */
static void answer_make(int file, struct supply *supply, size_t bytes, uint8_t outcome)
{
	static const int errors[] = {0, 0, ENOENT, EIO, ETIME, ENOSYS, ECONNREFUSED, ENOMEM};
	int fd;

	bytes = bytes < supply->size ? bytes : supply->size;
	server.error[file] = errors[outcome % (sizeof(errors) / sizeof(*errors))];
	snprintf(server.path[file], sizeof(server.path[file]), "/dev/shm/hud-server-fuzz-%d-%d",
		 (int)getpid(), file);
	fd = open(server.path[file], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	MUST(fd >= 0 && write(fd, supply->data, bytes) == (ssize_t)bytes);
	close(fd);
	supply->data += bytes;
	supply->size -= bytes;
}

/* The build-id of one of the answers, which is then what was asked for; or another. */
static size_t build_id_choose(int file, uint8_t out[ELF_BUILD_ID_BYTES])
{
	struct elf_file f;
	size_t bytes = 0;

	memset(out, 7, ELF_BUILD_ID_BYTES);
	if (!elf_file_open(&f, server.path[file])) {
		bytes = f.build_id_bytes;
		memcpy(out, f.build_id, bytes);
		elf_file_close(&f);
	}
	return bytes ? bytes : 20;
}

static void module_read(struct symbol_module *m)
{
	const struct symbol_frame *frames;
	struct symbol_task_key key = {0};
	struct symbol_task_type type;
	uint64_t offset[OFFSETS], target;
	size_t count;

	for (size_t i = 0; i < OFFSETS; i++)
		offset[i] = i * i * i;
	MUST(!symbol_module_prepare(m, offset, OFFSETS));
	for (size_t i = 0; i < OFFSETS; i++) {
		MUST(!symbol_module_resolve(m, offset[i], &frames, &count) && count);
		symbol_module_call_target(m, offset[i], &target);
		key = (struct symbol_task_key) {OFFSETS * 16, i * 16, i, i & 1};
		MUST(!symbol_module_task_type(m, &key, &type));
	}
	for (size_t i = 0; symbol_module_step(m, i); i++)
		MUST(symbol_module_step(m, i)->outcome);
	MUST(symbol_module_quality(m) != HUD_SYMBOLS_NONE || symbol_module_problem(m) ||
	     symbol_module_step(m, 0));
	symbol_module_advice(m);
	symbol_module_has_runtime(m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct symbolizer_options options = {0};
	struct supply supply = {.data = data, .size = size};
	uint8_t how = supply_byte(&supply), share = supply_byte(&supply);
	uint8_t id[ELF_BUILD_ID_BYTES];
	struct symbolizer *symbolizer;
	struct symbol_module *module;

	setenv("DEBUGINFOD_URLS", "made up", 1);
	answer_make(0, &supply, share == 255 ? supply.size : supply.size * share / 256, how & 7);
	answer_make(1, &supply, supply.size, how >> 3 & 7);
	MUST(!symbolizer_open(&options, &symbolizer));
	module = symbolizer_module(symbolizer, id, build_id_choose(how >> 6 & 1, id), "/none");
	MUST(module);
	module_read(module);
	symbolizer_close(symbolizer);
	unlink(server.path[0]);
	unlink(server.path[1]);
	return 0;
}
