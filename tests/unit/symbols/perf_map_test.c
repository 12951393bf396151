/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "analyzer/symbols/perf_map.h"

static struct perf_map *map_of(const char *text)
{
	char path[] = "/tmp/hud-perf-map-XXXXXX";
	struct perf_map *map;
	int fd = mkstemp(path);
	FILE *file = fdopen(fd, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	assert_int_equal(perf_map_open(path, &map), 0);
	unlink(path);
	return map;
}

static void an_address_has_the_name_of_the_function_around_it(void **state)
{
	struct perf_map *map = map_of("2000 20 JS:*later /srv.js:4:1\n"
				      "1000 10 JS:~handle request\n");

	(void)state;
	assert_string_equal(perf_map_find(map, 0x1000), "JS:~handle request");
	assert_string_equal(perf_map_find(map, 0x100f), "JS:~handle request");
	assert_null(perf_map_find(map, 0x1010));
	assert_null(perf_map_find(map, 0xfff));
	assert_string_equal(perf_map_find(map, 0x201f), "JS:*later /srv.js:4:1");
	perf_map_close(map);
}

static void the_last_name_of_an_address_holds(void **state)
{
	struct perf_map *map = map_of("1000 20 first\n1000 8 second\n");

	(void)state;
	assert_string_equal(perf_map_find(map, 0x1000), "second");
	assert_null(perf_map_find(map, 0x1010));
	perf_map_close(map);
}

static void lines_that_make_no_sense_are_skipped(void **state)
{
	struct perf_map *map = map_of("\n# comment\n1000\n1000 zz x\n1000 0 empty\n"
				      "ffffffffffffffff ffffffffffffffff wraps\n"
				      "3000 10 \n4000 10 bell\a\n5000 10 good");

	(void)state;
	assert_null(perf_map_find(map, 0x1000));
	assert_null(perf_map_find(map, UINT64_MAX));
	assert_null(perf_map_find(map, 0x3000));
	assert_null(strchr(perf_map_find(map, 0x4000), '\a'));
	assert_string_equal(perf_map_find(map, 0x5000), "good");
	perf_map_close(map);
	assert_int_equal(perf_map_open("/nonexistent/perf-1.map", &map), -ENOENT);
}

static void what_would_never_end_is_not_read(void **state)
{
	char directory[] = "/tmp/hud-perf-map-XXXXXX", path[64];
	struct perf_map *map;

	(void)state;
	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/perf-1.map", directory);
	alarm(10); /* ends the test, where one of these is waited for */
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(perf_map_open(path, &map), -EINVAL);
	unlink(path);
	assert_int_equal(symlink("/dev/zero", path), 0);
	assert_int_equal(perf_map_open(path, &map), -EINVAL);
	unlink(path);
	close(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	assert_int_equal(truncate(path, (256 << 20) + 1), 0);
	assert_int_equal(perf_map_open(path, &map), -EFBIG);
	alarm(0);
	unlink(path);
	rmdir(directory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_has_the_name_of_the_function_around_it),
		cmocka_unit_test(the_last_name_of_an_address_holds),
		cmocka_unit_test(lines_that_make_no_sense_are_skipped),
		cmocka_unit_test(what_would_never_end_is_not_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
