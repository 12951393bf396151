/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/symbols/cache.h"
#include "analyzer/facts/cache_file.h"
#include "format/base/new_file.h"
#include "format/elf/build_id.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The most bytes of all files together; and the most files that are listed when one is added. */
#define CACHE_BYTES (UINT64_C(512) << 20)
enum { CACHE_FILES = 4096, NAME_BYTES = 2 * ELF_BUILD_ID_BYTES + 32, PROGRAM_HEAD_BYTES = 4096 };

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
	/* Under sudo HOME may be another user's: root leaves no files there. */
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

/* The build-id of this program: the files have names as this build demangles them. */
static uint64_t program_add(uint64_t hash)
{
	/* The linker's name for this program's own headers; its notes are in the same page. */
	extern const uint8_t __ehdr_start[] __attribute__((visibility("hidden")));
	struct build_id id;

	hash = hash_add(hash, HUD_VERSION, sizeof(HUD_VERSION));
	if (!build_id_of_image(__ehdr_start, PROGRAM_HEAD_BYTES, &id))
		hash = hash_add(hash, id.byte, id.bytes);
	return hash;
}

/* Identifies the files and their state: device, inode, size, time of change. */
static uint64_t identity(const struct symbol_module *m)
{
	const struct module_files *files = &m->files;
	const struct module_file *all[] = {&files->image, &files->debug, &files->symbols,
					   &files->package, &files->supplement};
	uint32_t version = CACHE_FILE_VERSION;
	uint64_t hash = hash_add(UINT64_C(0xcbf29ce484222325), &version, sizeof(version));

	hash = program_add(hash);
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
	char id[BUILD_ID_TEXT_BYTES] = "no-id";

	if (m->build_id_bytes)
		build_id_text(m->build_id, m->build_id_bytes, id);
	snprintf(out, NAME_BYTES + sizeof(id), "%s-%016" PRIx64 "%s", id, identity(m), suffix);
}

static int directory_open(const struct symbol_module *m)
{
	const char *path = m->owner->options.cache;

	return path ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
}

int symbol_cache_load(struct symbol_module *m)
{
	char name[NAME_BYTES + BUILD_ID_TEXT_BYTES];
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
	/* Only files of our own user. */
	if (!fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_uid == geteuid()) {
		/* A damaged file counts as missing. */
		error = cache_file_open(&m->cache, fd, (size_t)st.st_size);
		m->cached = !error;
		futimens(fd, NULL); /* now the one used last */
	}
	close(fd);
	return error == -ENOMEM ? error : 0;
}

/* Everything known of the module, from this run and from earlier ones. */
static size_t items_fill(struct symbol_module *m, struct cache_item *items)
{
	size_t count = 0;

	for (size_t i = 0; i < m->facts.slots; i++) {
		struct cache_item item = {m->facts.keys[i], m->facts.values[i]};

		if (item.facts && !item.facts->incomplete)
			items[count++] = item;
	}
	for (size_t i = 0; m->cached && i < m->cache.header->addresses; i++) {
		uint64_t offset = m->cache.addresses[i].offset;
		const struct cache_address *kept = cache_file_find(&m->cache, offset);
		struct cache_item item = {.offset = offset};

		if (kept && !key_map_find(&m->facts, offset) &&
		    !cache_file_facts(&m->cache, kept, &m->owner->pool, &item.facts))
			items[count++] = item;
	}
	return count;
}

static int module_write(struct symbol_module *m, int fd)
{
	size_t room = m->facts.used + (m->cached ? m->cache.header->addresses : 0);
	struct cache_item *items = calloc(room + 1, sizeof(*items));
	struct symbol_binary binary;
	int error = items ? symbol_module_binary(m, &binary) : -ENOMEM;

	if (!error)
		error = cache_file_write(&binary, items, items_fill(m, items), fd);
	free(items);
	return error;
}

struct cache_entry {
	char name[NAME_BYTES + BUILD_ID_TEXT_BYTES];
	struct timespec used;
	uint64_t bytes;
};

static int file_order(const void *a, const void *b)
{
	const struct cache_entry *x = a;
	const struct cache_entry *y = b;

	if (x->used.tv_sec != y->used.tv_sec)
		return x->used.tv_sec < y->used.tv_sec ? 1 : -1;
	return x->used.tv_nsec < y->used.tv_nsec ? 1 : -1;
}

static size_t files_list(int directory, struct cache_entry *out)
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

/* Removes those not used for longest, until the rest is small enough. */
static void cache_trim(int directory)
{
	struct cache_entry *all = calloc(CACHE_FILES, sizeof(*all));
	size_t count = all ? files_list(directory, all) : 0;
	uint64_t bytes = 0;

	if (count)
		qsort(all, count, sizeof(*all), file_order);
	for (size_t i = 0; i < count; i++) {
		bytes += all[i].bytes;
		if (bytes > CACHE_BYTES || i >= CACHE_FILES / 2)
			unlinkat(directory, all[i].name, 0);
	}
	free(all);
}

void symbol_cache_make(const char *path)
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
	char name[NAME_BYTES + BUILD_ID_TEXT_BYTES];
	struct new_file file;
	int directory, error;

	if (!m->owner->options.cache)
		return;
	symbol_cache_make(m->owner->options.cache);
	directory = directory_open(m);
	if (directory < 0)
		return;
	cache_name(m, name);
	error = new_file_open(&file, directory, name, NEW_FILE_PRIVATE, 0600);
	if (!error && !new_file_close(&file, module_write(m, file.fd)))
		cache_trim(directory);
	close(directory);
}
