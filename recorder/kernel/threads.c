/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/kernel/threads.h"
#include "bpf/threads.skel.h"
#include "format/base/array.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

struct thread_lister {
	struct threads_bpf *programs;
	struct bpf_link *link;
};

static int quiet(enum libbpf_print_level level, const char *format, va_list arguments)
{
	(void)level;
	(void)format;
	(void)arguments;
	return 0;
}

int thread_lister_open(struct thread_lister **out)
{
	struct thread_lister *l = calloc(1, sizeof(*l));
	libbpf_print_fn_t before;
	int err = 0;

	*out = NULL;
	if (!l)
		return -ENOMEM;
	before = libbpf_set_print(quiet); /* the caller says what it means */
	l->programs = threads_bpf__open_and_load();
	if (l->programs)
		l->link = bpf_program__attach_iter(l->programs->progs.threads_of_process, NULL);
	if (!l->programs || !l->link)
		err = errno ? -errno : -EINVAL;
	libbpf_set_print(before);
	if (err)
		thread_lister_close(l);
	else
		*out = l;
	return err;
}

void thread_lister_close(struct thread_lister *l)
{
	if (!l)
		return;
	bpf_link__destroy(l->link);
	threads_bpf__destroy(l->programs);
	free(l);
}

int thread_lister_fd(const struct thread_lister *l)
{
	return bpf_link__fd(l->link);
}

/* Reads to the end. 0 or a negative errno. */
static int all_read(int fd, struct thread_of_process **out, size_t *count)
{
	size_t bytes = 0, room = 0;
	uint8_t *all = NULL;
	ssize_t got;

	do {
		if (!array_reserve(&all, bytes, 65536, &room, 1)) {
			free(all);
			return -ENOMEM;
		}
		got = read(fd, all + bytes, room - bytes);
		if (got > 0)
			bytes += (size_t)got;
	} while (got > 0 || (got < 0 && (errno == EINTR || errno == EAGAIN)));
	if (got < 0) {
		free(all);
		return -errno;
	}
	*out = (void *)all;
	*count = bytes / sizeof(**out);
	return 0;
}

int thread_lister_read(struct thread_lister *l, pid_t pid, struct thread_of_process **out,
		       size_t *count)
{
	int fd, err;

	l->programs->bss->process = pid;
	fd = bpf_iter_create(bpf_link__fd(l->link));
	if (fd < 0)
		return -errno;
	err = all_read(fd, out, count);
	close(fd);
	return err;
}
