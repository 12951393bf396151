/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <elf.h>

#include <cmocka.h>

#include "analyzer/rules/cause.h"

enum { FRAMES = 8, NONE = -1 };

static int open_rules(void **state)
{
	return rules_open((struct rules **)state);
}

static int close_rules(void **state)
{
	rules_close(*state);
	return 0;
}

struct wait {
	int32_t call; /* on x86-64 */
	const char *kernel[FRAMES];
	bool off_cpu;
	const char *cause;
};

static const struct wait waits[] = {
	{202, {"futex_wait_queue", "futex_wait", "do_futex"}, true, "lock"},
	{455, {NULL}, true, "lock"},
	{35, {"do_nanosleep"}, true, "sleep"},
	{230, {"do_nanosleep", "hrtimer_nanosleep"}, true, "sleep"},
	{74, {"io_schedule", "folio_wait_bit"}, true, "file-io"},
	{75, {NULL}, true, "file-io"},
	{257, {"io_schedule", "ext4_bread"}, true, "file-io"},
	{263, {"jbd2_log_wait_commit"}, true, "file-io"},
	{332, {NULL}, true, "file-io"},
	{42, {"inet_stream_connect"}, true, "net-io"},
	{45, {"sk_wait_data", "tcp_recvmsg"}, true, "net-io"},
	{7, {"do_sys_poll"}, true, "event"},
	{232, {"ep_poll"}, true, "event"},
	/* read, write and similar calls: by the kernel stack */
	{0, {"schedule", "io_schedule", "filemap_read", "vfs_read"}, true, "file-io"},
	{0, {"schedule", "sk_wait_data", "tcp_recvmsg_locked"}, true, "net-io"},
	{0, {"schedule", "unix_stream_read_generic"}, true, "net-io"},
	{0, {"schedule", "pipe_read", "vfs_read"}, true, "pipe"},
	{257, {"schedule", "wait_for_partner", "fifo_open"}, true, "pipe"},
	{0, {"schedule", "wait_woken", "n_tty_read", "tty_read"}, true, "tty"},
	{1, {"wait_woken", "n_tty_write", "file_tty_write.isra.0"}, true, "tty"},
	{16, {"schedule_timeout", "tty_wait_until_sent", "tty_ioctl"}, true, "tty"},
	{257, {"schedule", "tty_port_block_til_ready", "tty_open"}, true, "tty"},
	{0, {"schedule", "eventfd_read", "vfs_read"}, true, "event"},
	{0, {"schedule", "signalfd_read_iter", "vfs_read"}, true, "event"},
	{0, {"schedule", "wait_woken", "inotify_read"}, true, "event"},
	{0, {"schedule", "wait_woken", "fanotify_read"}, true, "event"},
	{0, {"schedule", "timerfd_read_iter", "vfs_read"}, true, "sleep"},
	{1, {"jbd2_log_wait_commit", "ext4_sync_file"}, true, "file-io"},
	{0, {"show_smap", "seq_read_iter", "vfs_read"}, false, "file-io"},
	{0, {"proc_reg_read", "vfs_read"}, true, "file-io"},
	{0, {"kernfs_fop_read_iter", "vfs_read"}, true, "file-io"},
	{0, {NULL}, true, "syscall"},
	{61, {"do_wait"}, true, "child"},
	{56, {"wait_for_vfork_done", "kernel_clone"}, true, "child"},
	{16, {"fancy_driver_ioctl"}, true, "syscall"},
	{99999, {"futex_wait"}, true, "syscall"},
	/* on CPU in a call: that call's cause */
	{202, {"futex_wake"}, false, "lock"},
	{1, {"ext4_file_write_iter"}, false, "file-io"},
	{39, {NULL}, false, "syscall"},
	/* no call */
	{NONE, {NULL}, false, "cpu"},
	{NONE, {"asm_sysvec_apic_timer_interrupt"}, false, "cpu"},
	{NONE, {"clear_page", "handle_mm_fault", "exc_page_fault"}, false, "page-fault"},
	{NONE, {"io_schedule", "filemap_fault", "do_user_addr_fault"}, true, "mapped-file"},
	{NONE, {"filemap_map_pages", "do_fault", "exc_page_fault"}, false, "mapped-file"},
	{NONE, {"io_schedule", "do_swap_page", "exc_page_fault"}, true, "page-fault"},
	{NONE, {"schedule", "do_mem_abort", "el0_da"}, true, "page-fault"},
	{NONE, {"schedule", "irqentry_exit_to_user_mode"}, true, "cpu"},
	{NONE,
	 {"schedule", "down_read", "find_active_uprobe_rcu", "uprobe_notify_resume",
	  "irqentry_exit_to_user_mode", "asm_exc_int3"},
	 true,
	 "probe"},
	{NONE, {"schedule", "do_signal_stop", "get_signal"}, true, "syscall"},
};

static void the_system_call_or_the_kernels_functions_name_the_cause(void **state)
{
	for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
		size_t count = 0;
		const char *got;

		while (count < FRAMES && waits[i].kernel[count])
			count++;
		got = cause_of(*state, EM_X86_64, waits[i].call, waits[i].kernel, count,
			       waits[i].off_cpu);
		if (strcmp(got, waits[i].cause) != 0)
			fail_msg("wait %zu (call %d): %s", i, waits[i].call, got);
	}
}

static void a_function_of_the_program_may_tell_what_a_call_waits_for(void **state)
{
	const struct symbol_frame call = {.site = "__poll", .origin = ORIGIN_LIBC};
	const struct symbol_frame pipe = {.site = "std::sys::unix::pipe::read2"};
	const struct symbol_frame output = {.site = "std::process::Command::output"};
	const struct symbol_frame *const stack[] = {&call, &pipe, &output};
	const struct symbol_frame *const without[] = {&call, &output};

	assert_string_equal(cause_of_frames(*state, stack, 3), "pipe");
	assert_null(cause_of_frames(*state, stack, 1));
	assert_null(cause_of_frames(*state, without, 2));
}

/* What a call in this function of a library waits for, or "open". */
static const char *told(const struct rules *rules, const char *function)
{
	const struct symbol_frame call = {.site = "__poll", .origin = ORIGIN_LIBC};
	const struct symbol_frame within = {.site = function};
	const struct symbol_frame *const stack[] = {&call, &within};
	const char *cause = cause_of_frames(rules, stack, 2);

	return cause ? cause : "open";
}

static void a_function_tells_it_by_its_whole_name(void **state)
{
	assert_string_equal(told(*state, "mysql_real_query"), "net-io");
	assert_string_equal(told(*state, "PQexec"), "net-io");
	assert_string_equal(told(*state, "_libssh2_wait_socket"), "net-io");
	assert_string_equal(told(*state, "std::sys::pal::unix::pipe::read2"), "pipe");
	assert_string_equal(told(*state, "std::sys::pipe::unix::read2"), "pipe");
	/* as of rustc 1.95 */
	assert_string_equal(told(*state, "std::sys::process::unix::common::read_output"), "pipe");
	/* The crate, which is async. */
	assert_string_equal(told(*state, "mysql_async::conn::Conn::read_packet"), "open");
}

static void only_what_the_kernel_leaves_open_is_told_by_a_function(void **state)
{
	(void)state;
	assert_true(cause_is_open("event"));
	assert_true(cause_is_open("syscall"));
	assert_false(cause_is_open("file-io"));
	assert_false(cause_is_open("lock"));
	assert_false(cause_is_open("net-io"));
}

static void a_kernel_frame_without_a_name_is_skipped(void **state)
{
	static const char *const kernel[] = {NULL, "tcp_recvmsg"};

	assert_string_equal(cause_of(*state, EM_X86_64, 0, kernel, 2, true), "net-io");
}

static void system_calls_have_the_names_of_their_machine(void **state)
{
	static const struct {
		uint32_t machine;
		int32_t number;
		const char *name;
	} calls[] = {
		{EM_X86_64, 0, "read"},
		{EM_X86_64, 202, "futex"},
		{EM_X86_64, 334, "rseq"},
		{EM_X86_64, 335, "uretprobe"},
		{EM_X86_64, 424, "pidfd_send_signal"},
		{EM_X86_64, 462, "mseal"},
		{EM_AARCH64, 63, "read"},
		{EM_AARCH64, 98, "futex"},
		{EM_AARCH64, 79, "newfstatat"},
		{EM_AARCH64, 222, "mmap"},
		{EM_AARCH64, 462, "mseal"},
		{EM_X86_64, 400, NULL},
		{EM_AARCH64, 300, NULL},
		{EM_X86_64, -1, NULL},
		{EM_X86_64, INT32_MAX, NULL},
		{EM_386, 0, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		const char *name = syscall_name(calls[i].machine, calls[i].number);

		if (calls[i].name)
			assert_string_equal(name, calls[i].name);
		else
			assert_null(name);
	}
}

/* A misspelt cause would be stored as it is. */
static void every_line_of_the_rules_names_a_cause(void **state)
{
	const struct rules *rules = *state;

	for (size_t i = 0; i < rules->causes.count; i++) {
		const struct rules_line *line = &rules->causes.lines[i];
		const char *keyword = line->words[0];
		bool known;

		if (!strcmp(keyword, "call") || !strcmp(keyword, "kernel") ||
		    !strcmp(keyword, "trap") || !strcmp(keyword, "frame") ||
		    !strcmp(keyword, "user"))
			known = cause_named(line->words[2], strlen(line->words[2]));
		else if (!strcmp(keyword, "guard") || !strcmp(keyword, "limited"))
			known = !*line->words[2];
		else
			known = (!strcmp(keyword, "cause") || !strcmp(keyword, "work")) &&
				*line->words[2];
		if (!known)
			fail_msg("%s %s %s", line->words[0], line->words[1], line->words[2]);
	}
}

/* A file without its white space, terminated. The caller's to free(). */
static char *read_packed(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = calloc(1, 1 << 20);
	size_t used = 0;

	assert_non_null(file);
	assert_non_null(text);
	for (int c; (c = fgetc(file)) != EOF && used + 1 < 1 << 20;)
		if (!isspace(c))
			text[used++] = (char)c;
	fclose(file);
	return text;
}

static int spell(void *context, const struct cause *cause)
{
	struct text *list = context;

	assert_true(*cause->about);
	text_add_string(list, list->length ? ",`" : ":`");
	text_add_string(list, cause->name);
	text_add_string(list, "`");
	return 0;
}

static void the_report_page_lists_the_causes_of_the_rules(void **state)
{
	char *page = read_packed("docs/REPORT.md");
	struct text list = {0};

	(void)state;
	assert_int_equal(cause_each(spell, &list), 0);
	text_add_string(&list, "|");
	if (!strstr(page, list.bytes))
		fail_msg("docs/REPORT.md has no %s", list.bytes);
	text_close(&list);
	free(page);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_system_call_or_the_kernels_functions_name_the_cause),
		cmocka_unit_test(a_kernel_frame_without_a_name_is_skipped),
		cmocka_unit_test(a_function_of_the_program_may_tell_what_a_call_waits_for),
		cmocka_unit_test(a_function_tells_it_by_its_whole_name),
		cmocka_unit_test(only_what_the_kernel_leaves_open_is_told_by_a_function),
		cmocka_unit_test(system_calls_have_the_names_of_their_machine),
		cmocka_unit_test(every_line_of_the_rules_names_a_cause),
		cmocka_unit_test(the_report_page_lists_the_causes_of_the_rules),
	};

	return cmocka_run_group_tests(tests, open_rules, close_rules);
}
