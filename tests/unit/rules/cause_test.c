// SPDX-License-Identifier: MIT OR Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
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
	enum cause cause;
};

static void the_cause_is_told_by_the_call_or_by_the_kernels_functions(void **state)
{
	static const struct wait waits[] = {
		{202, {"futex_wait_queue", "futex_wait", "do_futex"}, true, CAUSE_LOCK},
		{455, {NULL}, true, CAUSE_LOCK},
		{35, {"do_nanosleep"}, true, CAUSE_SLEEP},
		{230, {"do_nanosleep", "hrtimer_nanosleep"}, true, CAUSE_SLEEP},
		{74, {"io_schedule", "folio_wait_bit"}, true, CAUSE_FILE_IO},
		{75, {NULL}, true, CAUSE_FILE_IO},
		{257, {"io_schedule", "ext4_bread"}, true, CAUSE_FILE_IO},
		{263, {"jbd2_log_wait_commit"}, true, CAUSE_FILE_IO},
		{332, {NULL}, true, CAUSE_FILE_IO},
		{42, {"inet_stream_connect"}, true, CAUSE_NET_IO},
		{45, {"sk_wait_data", "tcp_recvmsg"}, true, CAUSE_NET_IO},
		{7, {"do_sys_poll"}, true, CAUSE_NET_IO},
		{232, {"ep_poll"}, true, CAUSE_NET_IO},
		/* read, write and their like say nothing by themselves */
		{0, {"schedule", "io_schedule", "filemap_read", "vfs_read"}, true, CAUSE_FILE_IO},
		{0, {"schedule", "sk_wait_data", "tcp_recvmsg_locked"}, true, CAUSE_NET_IO},
		{0, {"schedule", "unix_stream_read_generic"}, true, CAUSE_NET_IO},
		{0, {"schedule", "pipe_read", "vfs_read"}, true, CAUSE_SYSCALL},
		{0, {"schedule", "n_tty_read"}, true, CAUSE_SYSCALL},
		{1, {"jbd2_log_wait_commit", "ext4_sync_file"}, true, CAUSE_FILE_IO},
		{0, {NULL}, true, CAUSE_SYSCALL},
		{61, {"do_wait"}, true, CAUSE_SYSCALL},
		{16, {"fancy_driver_ioctl"}, true, CAUSE_SYSCALL},
		{99999, {"futex_wait"}, true, CAUSE_SYSCALL},
		/* on CPU in a call: that call's cause */
		{202, {"futex_wake"}, false, CAUSE_LOCK},
		{1, {"ext4_file_write_iter"}, false, CAUSE_FILE_IO},
		{39, {NULL}, false, CAUSE_SYSCALL},
		/* no call */
		{NONE, {NULL}, false, CAUSE_CPU},
		{NONE, {"asm_sysvec_apic_timer_interrupt"}, false, CAUSE_CPU},
		{NONE,
		 {"clear_page", "handle_mm_fault", "exc_page_fault"},
		 false,
		 CAUSE_PAGE_FAULT},
		{NONE,
		 {"io_schedule", "filemap_fault", "do_user_addr_fault"},
		 true,
		 CAUSE_PAGE_FAULT},
		{NONE, {"schedule", "do_mem_abort", "el0_da"}, true, CAUSE_PAGE_FAULT},
		{NONE, {"schedule", "irqentry_exit_to_user_mode"}, true, CAUSE_CPU},
		{NONE, {"schedule", "do_signal_stop", "get_signal"}, true, CAUSE_SYSCALL},
	};

	for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
		size_t count = 0;
		enum cause got;

		while (count < FRAMES && waits[i].kernel[count])
			count++;
		got = cause_of(*state, EM_X86_64, waits[i].call, waits[i].kernel, count,
			       waits[i].off_cpu);
		if (got != waits[i].cause)
			fail_msg("wait %zu (call %d): %s", i, waits[i].call, cause_name(got));
	}
}

static void a_kernel_frame_without_a_name_is_passed_over(void **state)
{
	static const char *const kernel[] = {NULL, "tcp_recvmsg"};

	assert_int_equal(cause_of(*state, EM_X86_64, 0, kernel, 2, true), CAUSE_NET_IO);
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

/* A misspelt cause would pass as `syscall`. */
static void every_line_of_the_rules_names_a_cause(void **state)
{
	const struct rules *rules = *state;

	for (size_t i = 0; i < rules->causes.count; i++) {
		const struct rule *rule = &rules->causes.rules[i];
		bool known = false;

		for (int c = CAUSE_CPU; c <= CAUSE_SYSCALL; c++)
			known = known || !strcmp(rule->words[2], cause_name((enum cause)c));
		if (strcmp(rule->words[0], "call") && strcmp(rule->words[0], "kernel"))
			known = !*rule->words[2] && (!strcmp(rule->words[0], "fault") ||
						     !strcmp(rule->words[0], "preempt"));
		if (!known)
			fail_msg("%s %s %s", rule->words[0], rule->words[1], rule->words[2]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_cause_is_told_by_the_call_or_by_the_kernels_functions),
		cmocka_unit_test(a_kernel_frame_without_a_name_is_passed_over),
		cmocka_unit_test(system_calls_have_the_names_of_their_machine),
		cmocka_unit_test(every_line_of_the_rules_names_a_cause),
	};

	return cmocka_run_group_tests(tests, open_rules, close_rules);
}
