/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_TESTS_PLAN_FIXTURE_H
#define HUD_TESTS_PLAN_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "analyzer/plan_build.h"
#include "analyzer/plan_source.h"

#include <stdio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A plan made of an object that is open. */
static inline void plan_of_object(const struct plan_object *object, struct plan *plan)
{
	struct plan_built built;

	assert_int_equal(plan_build(&built, object, 0), 0);
	assert_int_equal(plan_parse(built.data, built.bytes, plan), 0);
	plan_built_free(&built);
}

/* False: there is no such file here. */
static inline int plan_of_path(const char *path, struct plan *plan)
{
	struct plan_object object;
	int fd = plan_file_open(path);

	if (fd < 0)
		return 0;
	assert_int_equal(plan_object_open(&object, fd), 0);
	plan_of_object(&object, plan);
	plan_object_close(&object);
	close(fd);
	return 1;
}

/* Pseudo-random, the same in every run. */
static inline uint64_t plan_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* A compiler's output in a directory of its own; NULL: there is no such compiler, or it failed. */
static inline const char *plan_compile(const char *compiler, const char *source)
{
	static char path[64];
	char command[512], directory[] = "/tmp/hud-plan-XXXXXX";
	FILE *to;

	signal(SIGPIPE, SIG_IGN); /* a compiler that is not there reads nothing */
	if (!mkdtemp(directory))
		return NULL;
	snprintf(path, sizeof(path), "%s/program", directory);
	snprintf(command, sizeof(command), "%s -x c - -o %s 2>/dev/null", compiler, path);
	to = popen(command, "w");
	if (!to)
		return NULL;
	fputs(source, to);
	return pclose(to) == 0 ? path : NULL;
}

/* Removes what plan_compile() made. */
static inline void plan_compile_remove(const char *path)
{
	char directory[64];

	unlink(path);
	snprintf(directory, sizeof(directory), "%.*s", (int)(strrchr(path, '/') - path), path);
	rmdir(directory);
}

#endif
