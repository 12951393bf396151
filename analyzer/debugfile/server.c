/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/debugfile/server.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* As in elfutils/debuginfod.h. */
struct debuginfod_client;
typedef int (*progress_function)(struct debuginfod_client *client, long done, long all);

struct debug_server {
	const struct debug_sources *sources;
	bool opened;      /* or could not be */
	bool received;    /* some bytes of the current file */
	const char *lost; /* why no server is asked any more; NULL: servers are asked */
	struct debuginfod_client *client;
	void (*end)(struct debuginfod_client *client);
	int (*find_debuginfo)(struct debuginfod_client *client, const unsigned char *build_id,
			      int bytes, char **path);
	int (*find_executable)(struct debuginfod_client *client, const unsigned char *build_id,
			       int bytes, char **path);
};

bool debug_server_wanted(void)
{
	const char *urls = getenv("DEBUGINFOD_URLS");

	return urls && *urls;
}

char *debug_server_cache(void)
{
	const char *own = getenv("DEBUGINFOD_CACHE_PATH");
	const char *xdg = getenv("XDG_CACHE_HOME");
	const char *home = getenv("HOME");
	char *path = NULL;

	if (own && *own)
		return strdup(own);
	if (home && asprintf(&path, "%s/.debuginfod_client_cache", home) >= 0) {
		if (access(path, F_OK) == 0)
			return path;
		free(path);
	}
	if (xdg && *xdg)
		return asprintf(&path, "%s/debuginfod_client", xdg) < 0 ? NULL : path;
	return !home || asprintf(&path, "%s/.cache/debuginfod_client", home) < 0 ? NULL : path;
}

struct debug_server *debug_server_open(const struct debug_sources *sources)
{
	struct debug_server *s = calloc(1, sizeof(*s));

	if (s)
		s->sources = sources;
	return s;
}

/* The library is never unloaded: libraries it uses may have threads. */
void debug_server_close(struct debug_server *s)
{
	if (s && s->client)
		s->end(s->client);
	free(s);
}

static bool symbol_load(void *library, const char *name, void *out)
{
	void *symbol = dlsym(library, name);

	memcpy(out, &symbol, sizeof(symbol));
	return symbol != NULL;
}

/* The callback gets only the client, which has our pointer as its user data. */
static int progress_print(struct debuginfod_client *client, long done, long all)
{
	void *(*get_user_data)(struct debuginfod_client *);
	struct debug_server *s;

	if (!symbol_load(RTLD_DEFAULT, "debuginfod_get_user_data", &get_user_data))
		return 0;
	s = get_user_data(client);
	s->received = s->received || (done > 0 && all > 0); /* before that `done` counts calls */
	if (s->sources->progress)
		s->sources->progress(s->sources->progress_context, "debuginfod",
				     done > 0 ? (uint64_t)done : 0, all > 0 ? (uint64_t)all : 0);
	return 0;
}

static void client_open(struct debug_server *s)
{
	void *library = dlopen("libdebuginfod.so.1", RTLD_NOW | RTLD_GLOBAL);
	struct debuginfod_client *(*begin)(void);
	void (*set_progress)(struct debuginfod_client *, progress_function);
	void (*set_user_data)(struct debuginfod_client *, void *);

	s->opened = true;
	if (!library || !symbol_load(library, "debuginfod_begin", &begin) ||
	    !symbol_load(library, "debuginfod_end", &s->end) ||
	    !symbol_load(library, "debuginfod_find_debuginfo", &s->find_debuginfo) ||
	    !symbol_load(library, "debuginfod_find_executable", &s->find_executable) ||
	    !symbol_load(library, "debuginfod_set_progressfn", &set_progress) ||
	    !symbol_load(library, "debuginfod_set_user_data", &set_user_data)) {
		s->lost = "libdebuginfod.so.1 is not installed";
		debug_server_trouble(s, s->lost);
		return;
	}
	s->client = begin();
	if (!s->client) {
		s->lost = "out of memory";
		return;
	}
	set_user_data(s->client, s);
	set_progress(s->client, progress_print);
}

void debug_server_trouble(const struct debug_server *s, const char *what)
{
	if (s->sources->trouble)
		s->sources->trouble(s->sources->progress_context, what);
}

static char *outcome_of(struct debug_server *s, int error)
{
	const char *why = strerrordesc_np(error);

	/* The library reports a broken transfer as a missing file. */
	if (error == EIO || (error == ENOENT && s->received)) {
		why = "the answer broke off";
		debug_server_trouble(s, why);
		return strdup(why);
	}
	if (error == ENOENT)
		return strdup("no server has it");
	if (error == ETIME)
		why = "no answer in time (DEBUGINFOD_TIMEOUT)";
	/* A server that cannot be reached for one file will not be for the next. */
	s->lost = why;
	debug_server_trouble(s, why);
	return strdup(why);
}

int debug_server_find(struct debug_server *s, const uint8_t *build_id, size_t build_id_bytes,
		      enum debug_server_file kind, char **path, char **outcome)
{
	int fd;

	*path = *outcome = NULL;
	if (!s->opened)
		client_open(s);
	if (s->lost) {
		if (asprintf(outcome, "not asked: %s", s->lost) < 0)
			*outcome = NULL;
		return *outcome ? 0 : -ENOMEM;
	}
	s->received = false;
	fd = (kind == DEBUG_SERVER_DEBUG ? s->find_debuginfo : s->find_executable)(
		s->client, build_id, (int)build_id_bytes, path);
	if (s->sources->progress)
		s->sources->progress(s->sources->progress_context, NULL, 0, 0);
	if (fd >= 0)
		close(fd);
	else
		*outcome = outcome_of(s, -fd);
	return *path || *outcome ? 0 : -ENOMEM;
}
