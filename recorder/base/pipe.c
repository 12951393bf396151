/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/base/pipe.h"
#include "format/base/array.h"

#include <errno.h>
#include <unistd.h>

#define READ_BYTES ((size_t)64 << 10)

int pipe_collect(int fd, size_t most, struct collected *c)
{
	for (;;) {
		ssize_t got;

		if (c->bytes > most)
			return -EFBIG;
		if (!array_reserve(&c->data, c->bytes, READ_BYTES, &c->room, 1))
			return -ENOMEM;
		got = read(fd, c->data + c->bytes, c->room - c->bytes);
		if (got < 0)
			return errno == EAGAIN || errno == EINTR ? 1 : -errno;
		if (got == 0)
			return 0;
		c->bytes += (size_t)got;
	}
}
