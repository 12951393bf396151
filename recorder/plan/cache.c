/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/plan/cache.h"
#include "format/base/file.h"
#include "format/base/hex.h"
#include "format/base/new_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CACHE_BYTES_MAX (512ull << 20)
#define ENTRY_BYTES_MAX (64u << 20)
#define NAME_BYTES 256
#define TOOL_BYTES 8 /* of hud-analyze's build-id: enough to distinguish builds */

static const char suffix[] = ".plan";

/* Not where hud-analyze writes: what reads hostile captures must not write what this believes. */
static bool cache_path(char *path, size_t room)
{
	const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");

	if (geteuid() == 0)
		snprintf(path, room, "/var/cache/hud");
	else if (xdg && *xdg == '/')
		snprintf(path, room, "%s/hud-record", xdg);
	else if (home && *home == '/')
		snprintf(path, room, "%s/.cache/hud-record", home);
	else
		return false;
	return true;
}

void plan_cache_open(struct plan_cache *c)
{
	char path[PATH_MAX];
	struct stat st;

	c->directory = -1;
	if (!cache_path(path, sizeof(path)))
		return;
	if (mkdir(path, 0700) && errno != EEXIST)
		return;
	c->directory = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	/* Plans in a directory that others may write to cannot be trusted. */
	if (c->directory >= 0 &&
	    (fstat(c->directory, &st) || st.st_uid != geteuid() || st.st_mode & 022))
		plan_cache_close(c);
}

void plan_cache_close(struct plan_cache *c)
{
	if (c->directory >= 0)
		close(c->directory);
	c->directory = -1;
}

/*
 * What was learned is of all copies of a build, wherever they are mapped from, and whatever made
 * the plan: it was read from processes, and each sleep goes on checking it.
 */
static bool learned_name(const struct plan_key *key, char *name)
{
	size_t used = 2 * key->id->bytes;

	if (!used)
		return false;
	hex_text(key->id->byte, key->id->bytes, name);
	return snprintf(name + used, NAME_BYTES - used, "-learned%s", suffix) <
	       (int)(NAME_BYTES - used);
}

/*
 * False: the file or hud-analyze has neither build-id nor hash, so that a plan could be of another.
 */
static bool entry_name(const struct plan_key *key, char *name)
{
	const struct stat *files[] = {key->file, key->debug};
	size_t used = 2 * key->id->bytes, tool_bytes = key->tool->bytes;
	char tool[HEX_TEXT_BYTES(TOOL_BYTES)];

	if (key->learned)
		return learned_name(key, name);
	if (!key->id->bytes || !tool_bytes)
		return false;
	hex_text(key->id->byte, key->id->bytes, name);
	for (size_t i = 0; i < 2; i++)
		if (files[i])
			used += (size_t)snprintf(
				name + used, NAME_BYTES - used,
				"-%" PRIx64 "-%" PRIx64 "-%" PRIx64 "-%" PRIx64 ".%" PRIx64,
				(uint64_t)files[i]->st_size, (uint64_t)files[i]->st_dev,
				(uint64_t)files[i]->st_ino, (uint64_t)files[i]->st_mtim.tv_sec,
				(uint64_t)files[i]->st_mtim.tv_nsec);
	if (tool_bytes > TOOL_BYTES)
		tool_bytes = TOOL_BYTES;
	hex_text(key->tool->byte + key->tool->bytes - tool_bytes, tool_bytes, tool);
	return snprintf(name + used, NAME_BYTES - used, "-%s%s", tool, suffix) <
	       (int)(NAME_BYTES - used);
}

bool plan_cache_get(const struct plan_cache *c, const struct plan_key *key, uint8_t **data,
		    size_t *bytes)
{
	char name[NAME_BYTES];
	int fd, error;

	*data = NULL;
	if (c->directory < 0 || !entry_name(key, name))
		return false;
	fd = openat(c->directory, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return false;
	error = file_read(fd, ENTRY_BYTES_MAX, data, bytes);
	if (!error)
		futimens(fd, NULL); /* the entry that was not used for longest is removed first */
	close(fd);
	return !error;
}

static bool ends_with(const char *name, const char *ending)
{
	size_t bytes = strlen(name), of = strlen(ending);

	return bytes > of && !strcmp(name + bytes - of, ending);
}

/* A plan, or what a hud-record left that was killed while it wrote one; all else is not ours. */
static bool is_entry(const char *name)
{
	return strlen(name) < NAME_BYTES &&
	       (ends_with(name, suffix) || ends_with(name, ".partial"));
}

/* Finds the entry that was not used for longest; returns the bytes of all entries. */
static uint64_t cache_survey(int directory, char *oldest)
{
	int copy = dup(directory);
	DIR *dir = copy >= 0 ? fdopendir(copy) : NULL;
	struct timespec oldest_time = {0};
	struct dirent *entry;
	uint64_t total = 0;
	struct stat st;

	*oldest = 0;
	if (!dir) {
		if (copy >= 0)
			close(copy);
		return 0;
	}
	rewinddir(dir);
	while ((entry = readdir(dir))) {
		if (!is_entry(entry->d_name) ||
		    fstatat(directory, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) ||
		    !S_ISREG(st.st_mode))
			continue;
		total += (uint64_t)st.st_size;
		if (!*oldest || st.st_mtim.tv_sec < oldest_time.tv_sec ||
		    (st.st_mtim.tv_sec == oldest_time.tv_sec &&
		     st.st_mtim.tv_nsec < oldest_time.tv_nsec)) {
			strcpy(oldest, entry->d_name);
			oldest_time = st.st_mtim;
		}
	}
	closedir(dir);
	return total;
}

static void cache_trim(int directory)
{
	char oldest[NAME_BYTES];

	while (cache_survey(directory, oldest) > CACHE_BYTES_MAX && *oldest)
		if (unlinkat(directory, oldest, 0))
			return;
}

void plan_cache_put(const struct plan_cache *c, const struct plan_key *key, const uint8_t *data,
		    size_t bytes)
{
	char name[NAME_BYTES];
	struct new_file file;

	if (c->directory < 0 || bytes > ENTRY_BYTES_MAX || !entry_name(key, name))
		return;
	if (new_file_open(&file, c->directory, name, NEW_FILE_PRIVATE, 0600))
		return;
	if (!new_file_close(&file, new_file_write(&file, data, bytes)))
		cache_trim(c->directory);
}

void plan_cache_remove(const struct plan_cache *c, const struct plan_key *key)
{
	char name[NAME_BYTES];

	if (c->directory >= 0 && entry_name(key, name))
		unlinkat(c->directory, name, 0);
}
