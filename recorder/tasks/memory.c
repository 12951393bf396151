/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/tasks/memory.h"

#include <errno.h>
#include <sys/uio.h>

static size_t process_read(void *context, const struct task_span *span, size_t count, void *out)
{
	const pid_t *pid = context;
	struct iovec remote[TASK_SPANS_MAX], local = {.iov_base = out};
	size_t whole = 0;
	ssize_t got;

	count = count < TASK_SPANS_MAX ? count : TASK_SPANS_MAX;
	if (!count)
		return 0;
	for (size_t i = 0; i < count; i++) {
		remote[i] = (struct iovec) {(void *)(uintptr_t)span[i].address, span[i].bytes};
		local.iov_len += span[i].bytes;
	}
	got = process_vm_readv(*pid, &local, 1, remote, count, 0);
	for (; whole < count && got >= (ssize_t)span[whole].bytes; whole++)
		got -= (ssize_t)span[whole].bytes;
	return whole;
}

struct task_memory task_memory_of_process(pid_t *pid)
{
	return (struct task_memory) {.read = process_read, .context = pid};
}

bool task_memory_gone(pid_t pid)
{
	char byte;
	struct iovec local = {&byte, 1}, nowhere = {NULL, 1};

	/* Where there is memory, it is EFAULT: nothing is mapped there. */
	return process_vm_readv(pid, &local, 1, &nowhere, 1, 0) < 0 && errno == ESRCH;
}
