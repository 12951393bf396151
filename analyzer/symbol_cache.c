// SPDX-License-Identifier: MIT OR Apache-2.0
#include "analyzer/symbol_cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "format/capture_reader.h"

/* What is kept is of this shape: a new one has another name. */
enum { CACHE_VERSION = 1 };
/* All files together, and how many of them are looked at when one is added. */
#define CACHE_BYTES (UINT64_C(512) << 20)
enum { CACHE_FILES = 4096, NAME_BYTES = 2 * ELF_BUILD_ID_BYTES + 32 };

static const char suffix[] = ".symbols";

char *symbol_cache_directory(void)
{
	const char *own = getenv("HUD_CACHE");
	const char *xdg = getenv("XDG_CACHE_HOME");
	const char *home = getenv("HOME");
	struct stat st;
	char *path = NULL;

	if (own)
		return *own ? strdup(own) : NULL;
	if (xdg && xdg[0] == '/')
		return asprintf(&path, "%s/hud", xdg) < 0 ? NULL : path;
	/* Under sudo HOME may be another's: nothing of root's is left there. */
	if (!home || home[0] != '/' || stat(home, &st) || st.st_uid != geteuid())
		return NULL;
	return asprintf(&path, "%s/.cache/hud", home) < 0 ? NULL : path;
}

static uint64_t hash_add(uint64_t hash, const void *data, size_t bytes)
{
	const uint8_t *at = data;

	for (size_t i = 0; i < bytes; i++)
		hash = (hash ^ at[i]) * UINT64_C(0x100000001b3);
	return hash;
}

/* Which files they are, and that they are as they were. */
static uint64_t identity(const struct symbol_module *m)
{
	const struct module_files *files = &m->files;
	const struct module_file *all[] = {&files->image, &files->debug, &files->symbols,
					   &files->package, &files->supplement};
	uint32_t version = CACHE_VERSION;
	uint64_t hash = hash_add(UINT64_C(0xcbf29ce484222325), HUD_VERSION, sizeof(HUD_VERSION));

	hash = hash_add(hash, &version, sizeof(version));
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		const struct elf_file *f = &all[i]->elf;
		uint64_t about[] = {i, f->device, f->inode, f->bytes, f->modified_ns};

		if (all[i]->path)
			hash = hash_add(hash, about, sizeof(about));
	}
	return hash;
}

static void cache_name(const struct symbol_module *m, char *out)
{
	char id[HEX_BYTES] = "no-id";

	if (m->build_id_bytes)
		search_hex(id, m->build_id, m->build_id_bytes);
	snprintf(out, NAME_BYTES + sizeof(id), "%s-%016" PRIx64 "%s", id, identity(m), suffix);
}

static int64_t cache_read(void *context, void *data, size_t bytes)
{
	ssize_t got = read(*(int *)context, data, bytes);

	return got < 0 ? -errno : got;
}

static int facts_read(struct symbol_module *m, int fd)
{
	struct capture_reader *reader;
	const struct hud_record *r;
	int error = capture_reader_open(cache_read, &fd, &reader);

	if (error)
		return error;
	while (!(error = capture_reader_next(reader, &r)) && r && error != -ENOMEM) {
		const struct hud_chunk *chunk = capture_reader_chunk(reader);

		/* What is damaged is missing, no more than that. */
		error = chunk ? symbol_givens_add(&m->cache, chunk->capture_id, r) : 0;
		if (error == -ENOMEM)
			break;
	}
	capture_reader_close(reader);
	return error == -ENOMEM ? error : 0;
}

static int directory_open(const struct symbol_module *m)
{
	const char *path = m->owner->options.cache;

	return path ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
}

int symbol_cache_load(struct symbol_module *m)
{
	char name[NAME_BYTES + HEX_BYTES];
	int directory = directory_open(m);
	struct stat st;
	int error = 0;
	int fd;

	if (directory < 0)
		return 0;
	cache_name(m, name);
	fd = openat(directory, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	close(directory);
	if (fd < 0)
		return 0;
	/* Not one that somebody else has put there. */
	if (!fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_uid == geteuid()) {
		m->cache.pool = &m->owner->pool;
		error = facts_read(m, fd);
		m->cached = m->cache.binaries;
		futimens(fd, NULL); /* used: it stays */
	}
	close(fd);
	return error;
}

static int cache_write(void *context, const void *data, size_t bytes)
{
	const char *at = data;

	while (bytes) {
		ssize_t put = write(*(int *)context, at, bytes);

		if (put < 0 && errno != EINTR)
			return -errno;
		at += put > 0 ? put : 0;
		bytes -= put > 0 ? (size_t)put : 0;
	}
	return 0;
}

static int facts_write(struct symbol_writer *w, const struct key_map *map,
		       const struct key_map *already)
{
	int error = 0;

	for (size_t i = 0; !error && i < map->slots; i++) {
		const struct symbol_facts *facts = map->values[i];

		if (!facts || facts->incomplete || (already && key_map_find(already, map->keys[i])))
			continue;
		error = symbol_writer_address(w, map->keys[i], facts);
	}
	return error;
}

static int module_write(struct symbol_module *m, int fd)
{
	struct symbol_writer_options options = {
		.sink = cache_write,
		.sink_context = &fd,
		.level = 1,
		.naming = true,
	};
	struct symbol_binary binary;
	struct symbol_writer *w;
	int error = symbol_writer_open(&options, &w);
	int closed;

	if (error)
		return error;
	error = symbol_module_binary(m, &binary);
	if (!error)
		error = symbol_writer_binary(w, &binary);
	if (!error)
		error = facts_write(w, &m->facts, NULL);
	if (!error && m->cached)
		error = facts_write(w, &m->cached->facts, &m->facts);
	closed = symbol_writer_close(w);
	return error ? error : closed;
}

struct kept {
	char name[NAME_BYTES + HEX_BYTES];
	struct timespec used;
	uint64_t bytes;
};

static int kept_order(const void *a, const void *b)
{
	const struct kept *x = a;
	const struct kept *y = b;

	if (x->used.tv_sec != y->used.tv_sec)
		return x->used.tv_sec < y->used.tv_sec ? 1 : -1;
	return x->used.tv_nsec < y->used.tv_nsec ? 1 : -1;
}

static size_t kept_list(int directory, struct kept *out)
{
	int again = dup(directory);
	DIR *d = again < 0 ? NULL : fdopendir(again);
	struct dirent *entry;
	size_t count = 0;

	if (!d && again >= 0)
		close(again);
	while (d && count < CACHE_FILES && (entry = readdir(d))) {
		size_t length = strlen(entry->d_name);
		struct stat st;

		if (length < sizeof(suffix) || length >= sizeof(out->name) ||
		    strcmp(entry->d_name + length - (sizeof(suffix) - 1), suffix) != 0 ||
		    fstatat(directory, entry->d_name, &st, AT_SYMLINK_NOFOLLOW))
			continue;
		memcpy(out[count].name, entry->d_name, length + 1);
		out[count].used = st.st_mtim;
		out[count++].bytes = (uint64_t)st.st_size;
	}
	if (d)
		closedir(d);
	return count;
}

/* Those not used for longest go, until the rest is small enough. */
static void cache_trim(int directory)
{
	struct kept *all = calloc(CACHE_FILES, sizeof(*all));
	size_t count = all ? kept_list(directory, all) : 0;
	uint64_t bytes = 0;

	if (count)
		qsort(all, count, sizeof(*all), kept_order);
	for (size_t i = 0; i < count; i++) {
		bytes += all[i].bytes;
		if (bytes > CACHE_BYTES || i >= CACHE_FILES / 2)
			unlinkat(directory, all[i].name, 0);
	}
	free(all);
}

static void directories_make(const char *path)
{
	char *copy = strdup(path);

	for (char *slash = copy; slash && (slash = strchr(slash + 1, '/'));) {
		*slash = '\0';
		mkdir(copy, 0700);
		*slash = '/';
	}
	mkdir(path, 0700);
	free(copy);
}

void symbol_cache_save(struct symbol_module *m)
{
	char name[NAME_BYTES + HEX_BYTES];
	char temporary[64];
	int directory;
	int fd;

	if (!m->owner->options.cache)
		return;
	directories_make(m->owner->options.cache);
	directory = directory_open(m);
	if (directory < 0)
		return;
	cache_name(m, name);
	snprintf(temporary, sizeof(temporary), ".%d-%p.partial", getpid(), (void *)m);
	fd = openat(directory, temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
		    0600);
	if (fd >= 0) {
		int error = module_write(m, fd);

		if (close(fd))
			error = -EIO;
		if (error || renameat(directory, temporary, directory, name))
			unlinkat(directory, temporary, 0);
		else
			cache_trim(directory);
	}
	close(directory);
}
