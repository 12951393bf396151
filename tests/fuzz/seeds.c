/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * Writes inputs to begin with, as those of the harnesses that read captures, plans and snapshots:
 * seeds DIRECTORY, which gets a folder for each harness. Inputs that are ELF files are made by
 * tests/fuzz/seeds.sh, which comes first.
 */
#include "analyzer/plan/build.h"
#include "analyzer/facts/cache_file.h"
#include "tests/fuzz/records.h"
#include "tests/unit/fixture/analysis_fixture.h"
#include "tests/unit/learn/snapshots_fixture.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* No mutation is made here. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t room)
{
	(void)data, (void)room;
	return size;
}

static void seed_write(const char *directory, const char *harness, const char *name,
		       const void *data, size_t bytes)
{
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", directory, harness);
	mkdir(path, 0777);
	snprintf(path, sizeof(path), "%s/%s/%s", directory, harness, name);
	file = fopen(path, "wb");
	MUST(file && fwrite(data, 1, bytes, file) == bytes && !fclose(file));
}

/* A capture for the harnesses that read records, and as it is for the reader. */
static void capture_seed(const char *directory, const char *name, const uint8_t *capture,
			 size_t bytes)
{
	static const char *const harnesses[] = {"report", "export", "live"};
	size_t size;
	uint8_t *records = records_unpack(capture, bytes, &size), *plain = malloc(bytes + 1);

	for (size_t i = 0; i < sizeof(harnesses) / sizeof(*harnesses); i++)
		seed_write(directory, harnesses[i], name, records, size);
	MUST(plain);
	plain[0] = 0;
	memcpy(plain + 1, capture, bytes);
	seed_write(directory, "capture_reader", name, plain, bytes + 1);
	free(records);
	free(plain);
}

static void text_seed(const char *directory, const char *harness, const char *name,
		      const char *text)
{
	seed_write(directory, harness, name, text, strlen(text));
}

static void texts_make(const char *directory)
{
	static const char names[] = "_ZN4demo6guilty4hash17h0123456789abcdefE\0"
				    "_ZN53_$LT$demo..Store$LT$T$GT$$u20$as$u20$demo..Save$GT$4save"
				    "17h0123456789abcdefE\0"
				    "_RNvMs_Cs4fqI2P2rA04_4demoINtB4_5StorehE4save\0"
				    "_RNCINvNtCs4fqI2P2rA04_5tokio4task5spawnpE0B6_\0"
				    "_ZNSt6vectorIiSaIiEE9push_backERKi\0memcpy@GLIBC_2.14";
	static const char *const rules[] = {"blocked_p99 > 10ms", "blocked > 1%",
					    "site(\"db::*\").rate > +20%",
					    "cause(lock).total >= 1.5s", "tasks(\"a::*\") > 3"};
	static const char filters[] = "\x3f"
				      "10ms\0-55ms\0"
				      "11\0*::locker::*\0cpu,lock\0a|b";
	char path[64], name[16];

	seed_write(directory, "names", "stack", names, sizeof(names));
	seed_write(directory, "check", "filters", filters, sizeof(filters));
	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
		snprintf(name, sizeof(name), "rule-%zu", i);
		path[0] = 0;
		snprintf(path + 1, sizeof(path) - 1, "%s", rules[i]);
		seed_write(directory, "check", name, path, strlen(rules[i]) + 1);
	}
	text_seed(directory, "perf_map", "map", "7f0000000000 20 a b\n7f0000000010 8 c\n1 ff d\n");
	seed_write(directory, "rules", "small", "a::b\0poll tokio a::* # b\ncause lock\n", 36);
}

/* As database_fuzz.c has them. */
static void databases_make(const char *directory)
{
	static const char *const sql[] = {
		"UPDATE offcpu_span SET start_ns = 'a', thread = x'00', capture = -1",
		"UPDATE capture SET end_ns = 9223372036854775807, start_ns = -1",
		"UPDATE stack SET capture = NULL; DELETE FROM frame",
		"INSERT INTO capture SELECT id + 1, 'x', start_ns FROM capture",
		"UPDATE sqlite_master SET sql = 'CREATE VIEW a AS SELECT 1' WHERE name = 'sites'",
		"DROP VIEW blocking_sites; CREATE VIEW blocking_sites AS SELECT 1",
	};
	/* The version of SQLite that wrote it. */
	static const char patch[] = "\001\x60\0\0\0\004\0\0\0\001";
	char name[16], text[128];

	for (size_t i = 0; i < sizeof(sql) / sizeof(*sql); i++) {
		snprintf(name, sizeof(name), "sql-%zu", i);
		snprintf(text, sizeof(text), "\002%s", sql[i]);
		text_seed(directory, "database", name, text);
	}
	seed_write(directory, "database", "patch", patch, sizeof(patch) - 1);
}

/* As proc_fuzz.c has the files, and mark_fuzz.c the datagrams. */
static void recorder_make(const char *directory)
{
	static const char proc[] =
		"7 (a) (b)) S 1 7\0Name:\ta\nTgid:\t7\nNSpid:\t7\t3\n\0/srv/a (deleted)\0"
		"5500-5600 r-xp 00001000 08:01 12 /srv/a b (deleted)\n"
		"7f00-7f10 r-xp 00000000 00:00 0 \n7f20-7f30 rw-p 00000000 00:00 0 [heap]\n\0"
		"4:cpu,cpuacct:/a/b\n0::/a/b\n\0"
		"cgroup2 /sys/fs/cgroup cgroup2 rw,nsdelegate 0 0\n"
		"cgroup /sys/fs/cgroup/cpu cgroup rw,cpu,cpuacct 0 0\n\0cpuset cpu io\n\0"
		"20000 100000\n\0-1\n\000100000\n\0"
		"nr_periods 4\nnr_throttled 2\nthrottled_usec 9\n\0"
		"ffffffff81000000 T a\nffffffff81000010 t futex_wait_queue\t[m]\n";
	static const char taken[] = "\0\001?\001mdeploy";
	static const char given[] = "\001\001x @hud-record/1\n\0\002demo\n1 2\0\0\0\0\0\0\0\001+";

	seed_write(directory, "proc", "small", proc, sizeof(proc));
	seed_write(directory, "mark", "taken", taken, sizeof(taken) - 1);
	seed_write(directory, "mark", "given", given, sizeof(given) - 1);
}

/* As learn_fuzz.c has them: the first snapshot, and the words that differ in those after it. */
static void learn_seed(const char *directory, const char *name)
{
	size_t bytes, each, at;
	uint8_t *data = recorded(name, &bytes), *out = malloc(bytes * 2);
	struct hud_snapshots head;

	MUST(out);
	memcpy(&head, data, sizeof(head));
	each = (bytes - sizeof(head)) / head.count;
	at = sizeof(head) + each;
	memcpy(out, data, at);
	for (uint8_t *from = data + at; from + each <= data + bytes && at < 30000; from += each) {
		size_t counted = at++;
		uint8_t words = 0;

		for (uint16_t word = 0; word < each / 8 && words < 255; word++) {
			if (!memcmp(from + word * 8, from + word * 8 - each, 8))
				continue;
			memcpy(out + at, &word, sizeof(word));
			memcpy(out + at + sizeof(word), from + word * 8, 8);
			at += sizeof(word) + 8;
			words++;
		}
		out[counted] = words;
	}
	seed_write(directory, "learn", name, out, at);
	free(out);
	free(data);
}

static void symbols_kept_make(const char *directory)
{
	struct symbol_definition definition = {.name = "demo::hash", .decl_file = "a.rs"};
	struct symbol_call calls[2] = {{&definition, "a.rs", "/src", 3, 4},
				       {&definition, "b.rs", NULL, 5, 0}};
	struct symbol_facts facts = {.calls = calls, .count = 2, .aliases = "a\nb"};
	struct cache_item items[2] = {{0x1000, &facts}, {0x2000, &facts}};
	const struct symbol_binary binary = {.file = "demo", .quality = HUD_SYMBOLS_DWARF};
	uint8_t data[4096];
	ssize_t bytes;
	int fd = memfd_create("cache", MFD_CLOEXEC);

	MUST(fd >= 0 && !cache_file_write(&binary, items, 2, fd));
	bytes = pread(fd, data, sizeof(data), 0);
	MUST(bytes > 0);
	seed_write(directory, "kept_symbols", "two", data, (size_t)bytes);
	close(fd);
}

/* The plan of a seed of plan_maker, as its content and as a file. */
static void plan_make(const char *directory)
{
	char path[4096];
	struct unwind_object object;
	struct plan_built built;
	uint8_t *out;
	int fd;

	snprintf(path, sizeof(path), "%s/plan_maker/dwarf5", directory);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	MUST(!unwind_object_open(&object, fd) && !plan_build(&built, &object, 0));
	out = malloc(built.bytes + 1 + (1u << 16));
	MUST(out);
	out[0] = 0;
	memcpy(out + 1, built.data, built.bytes);
	seed_write(directory, "plan", "file", out, built.bytes + 1);
	out[0] = 1;
	fd = (int)ZSTD_decompress(out + 1, 1u << 16, built.data, built.bytes);
	MUST(fd > (int)sizeof(struct hud_plan));
	memmove(out + 1, out + 1 + sizeof(struct hud_plan), (size_t)fd - sizeof(struct hud_plan));
	seed_write(directory, "plan", "content", out, 1 + (size_t)fd - sizeof(struct hud_plan));
	plan_built_free(&built);
	unwind_object_close(&object);
	free(out);
}

static void captures_make(const char *directory)
{
	struct scene s;

	scene_begin(&s, 1);
	scene_everything(&s);
	scene_end(&s, 200000, true);
	capture_seed(directory, "everything", s.data, s.size);
	scene_free(&s);
	scene_begin(&s, 2);
	scene_window(&s, 11, 0, 1000, 100, 0, 0);
	scene_end(&s, 1000, false);
	capture_seed(directory, "cut", s.data, s.size);
	scene_free(&s);
}

int main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	captures_make(argv[1]);
	texts_make(argv[1]);
	databases_make(argv[1]);
	recorder_make(argv[1]);
	learn_seed(argv[1], "demo-block");
	learn_seed(argv[1], "demo-context");
	learn_seed(argv[1], "demo-core");
	symbols_kept_make(argv[1]);
	plan_make(argv[1]);
	return 0;
}
