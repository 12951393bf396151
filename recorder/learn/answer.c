/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/learn/answer.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define ANSWER_BYTES_MAX 65536u

void answer_begin(struct answer *a, int pipe)
{
	a->pipe = pipe < 0 ? -1 : pipe;
	a->text.bytes = 0;
	if (a->pipe >= 0)
		fcntl(a->pipe, F_SETFL, O_NONBLOCK);
}

void answer_end(struct answer *a)
{
	if (a->pipe >= 0)
		close(a->pipe);
	free(a->text.data);
	*a = (struct answer) {.pipe = -1};
}

bool answer_awaited(const struct answer *a)
{
	return a->pipe >= 0;
}

enum answer_state answer_read(struct answer *a, struct plan *out)
{
	int more = pipe_collect(a->pipe, ANSWER_BYTES_MAX, &a->text);

	if (more > 0)
		return ANSWER_MORE;
	close(a->pipe);
	a->pipe = -1;
	if (more < 0 || plan_parse(a->text.data, a->text.bytes, out))
		return ANSWER_FAILED;
	if (out->learned)
		return ANSWER_WHOLE;
	plan_free(out);
	return ANSWER_FAILED;
}
