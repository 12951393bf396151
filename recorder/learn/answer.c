/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/learn/answer.h"
#include "format/base/array.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define ANSWER_BYTES_MAX 65536u

void answer_begin(struct answer *a, int pipe)
{
	a->pipe = pipe < 0 ? -1 : pipe;
	a->bytes = 0;
	if (a->pipe >= 0)
		fcntl(a->pipe, F_SETFL, O_NONBLOCK);
}

void answer_end(struct answer *a)
{
	if (a->pipe >= 0)
		close(a->pipe);
	free(a->data);
	*a = (struct answer) {.pipe = -1};
}

bool answer_awaited(const struct answer *a)
{
	return a->pipe >= 0;
}

/* 1: more may come; 0: end of file; or a negative errno. */
static int bytes_collect(struct answer *a)
{
	for (;;) {
		ssize_t got;

		if (a->bytes > ANSWER_BYTES_MAX)
			return -EFBIG;
		if (!array_reserve(&a->data, a->bytes, ANSWER_BYTES_MAX, &a->room, 1))
			return -ENOMEM;
		got = read(a->pipe, a->data + a->bytes, a->room - a->bytes);
		if (got < 0)
			return errno == EAGAIN || errno == EINTR ? 1 : -errno;
		if (got == 0)
			return 0;
		a->bytes += (size_t)got;
	}
}

enum answer_state answer_read(struct answer *a, struct plan *out)
{
	int more = bytes_collect(a);

	if (more > 0)
		return ANSWER_MORE;
	close(a->pipe);
	a->pipe = -1;
	if (more < 0 || plan_parse(a->data, a->bytes, out))
		return ANSWER_FAILED;
	if (out->learned)
		return ANSWER_WHOLE;
	plan_free(out);
	return ANSWER_FAILED;
}
