// SPDX-License-Identifier: MIT OR Apache-2.0
#include "analyzer/debug_server.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* As elfutils/debuginfod.h declares it. */
struct debuginfod_client;
typedef int (*progress_function)(struct debuginfod_client *client, long done, long all);

struct library {
	void *handle;
	struct debuginfod_client *(*begin)(void);
	void (*end)(struct debuginfod_client *client);
	int (*find_debuginfo)(struct debuginfod_client *client, const unsigned char *build_id,
			      int bytes, char **path);
	int (*find_executable)(struct debuginfod_client *client, const unsigned char *build_id,
			       int bytes, char **path);
	void (*set_progress)(struct debuginfod_client *client, progress_function progress);
	void (*set_user_data)(struct debuginfod_client *client, void *data);
	void *(*get_user_data)(struct debuginfod_client *client);
};

bool debug_server_wanted(void)
{
	const char *urls = getenv("DEBUGINFOD_URLS");

	return urls && *urls;
}

static bool symbol_load(const struct library *l, const char *name, void *out)
{
	void *symbol = dlsym(l->handle, name);

	memcpy(out, &symbol, sizeof(symbol));
	return symbol != NULL;
}

static bool library_open(struct library *l)
{
	l->handle = dlopen("libdebuginfod.so.1", RTLD_NOW | RTLD_LOCAL);
	if (!l->handle)
		return false;
	if (symbol_load(l, "debuginfod_begin", &l->begin) &&
	    symbol_load(l, "debuginfod_end", &l->end) &&
	    symbol_load(l, "debuginfod_find_debuginfo", &l->find_debuginfo) &&
	    symbol_load(l, "debuginfod_find_executable", &l->find_executable) &&
	    symbol_load(l, "debuginfod_set_progressfn", &l->set_progress) &&
	    symbol_load(l, "debuginfod_set_user_data", &l->set_user_data) &&
	    symbol_load(l, "debuginfod_get_user_data", &l->get_user_data))
		return true;
	dlclose(l->handle);
	return false;
}

/* What the library's callback finds again. */
struct download {
	const struct symbolizer_options *options;
};

static int progress_told(struct debuginfod_client *client, long done, long all)
{
	void *handle = dlopen("libdebuginfod.so.1", RTLD_NOW | RTLD_NOLOAD);
	struct library l = {.handle = handle};
	const struct download *d = NULL;

	/* The callback is given the client only: what is ours has to be asked of the library. */
	if (handle && symbol_load(&l, "debuginfod_get_user_data", &l.get_user_data))
		d = l.get_user_data(client);
	if (d)
		d->options->progress(d->options->progress_context, "debuginfod",
				     done > 0 ? (uint64_t)done : 0, all > 0 ? (uint64_t)all : 0);
	if (handle)
		dlclose(handle);
	return 0;
}

int debug_server_find(const struct symbolizer_options *options, const uint8_t *build_id,
		      size_t build_id_bytes, enum debug_server_file kind, char **path,
		      char **outcome)
{
	struct library l = {0};
	struct download d = {options};
	struct debuginfod_client *client;
	int fd = -ENOSYS;

	*path = *outcome = NULL;
	if (!library_open(&l)) {
		*outcome =
			strdup("DEBUGINFOD_URLS is set, but libdebuginfod.so.1 is not installed");
		return *outcome ? 0 : -ENOMEM;
	}
	client = l.begin();
	if (client) {
		l.set_user_data(client, &d);
		if (options->progress)
			l.set_progress(client, progress_told);
		fd = (kind == DEBUG_SERVER_DEBUG ? l.find_debuginfo : l.find_executable)(
			client, build_id, (int)build_id_bytes, path);
		l.end(client);
	}
	if (fd >= 0)
		close(fd);
	else
		*outcome = strdup(fd == -ENOENT ? "no server has it" : strerrordesc_np(-fd));
	/* The library stays loaded: what it links may have threads of its own. */
	return *path || *outcome ? 0 : -ENOMEM;
}
