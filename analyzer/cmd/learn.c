/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/cmd/learn.h"
#include "analyzer/learn/learn.h"
#include "analyzer/plan/file.h"
#include "format/base/new_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SNAPSHOTS_BYTES_MAX (64u << 20)

bool learn_is_asked(int fd)
{
	uint8_t magic[sizeof(HUD_SNAPSHOTS_MAGIC) - 1];

	return pread(fd, magic, sizeof(magic), 0) == (ssize_t)sizeof(magic) &&
	       !memcmp(magic, HUD_SNAPSHOTS_MAGIC, sizeof(magic));
}

/* All of the file; `*data` is malloc'ed. */
static int file_take(int fd, void **data, size_t *bytes)
{
	struct stat st;
	size_t got = 0;

	*data = NULL;
	if (fstat(fd, &st))
		return -errno;
	if (st.st_size > SNAPSHOTS_BYTES_MAX)
		return -EFBIG;
	*bytes = (size_t)st.st_size;
	*data = malloc(*bytes + 1);
	if (!*data)
		return -ENOMEM;
	while (got < *bytes) {
		ssize_t now = pread(fd, (uint8_t *)*data + got, *bytes - got, (off_t)got);

		if (now <= 0)
			return now ? -errno : -EIO;
		got += (size_t)now;
	}
	return 0;
}

static int answer_write(const void *data, size_t bytes, const char *output)
{
	struct learn_input in;
	struct learn_answer answer;
	void *plan = NULL;
	size_t plan_bytes;
	int err = learn_input_read(&in, data, bytes);

	if (err)
		return err;
	err = learn_answer(&answer, &in);
	if (!err)
		err = learn_answer_write(&answer, &in, &plan, &plan_bytes);
	if (!err)
		err = plan_file_write(output, plan, plan_bytes);
	free(plan);
	learn_input_close(&in);
	return err;
}

enum exit_status learn_of_fd(int fd, const char *output)
{
	void *data;
	size_t bytes = 0;
	int err = file_take(fd, &data, &bytes);

	if (!err)
		err = answer_write(data, bytes, output);
	free(data);
	if (!err)
		return STATUS_DONE;
	return message(err == -ENOMEM ? STATUS_SYSTEM : STATUS_INPUT, NULL,
		       "cannot learn from the snapshots: %s",
		       err == -EBADMSG ? "they are damaged" : strerror(-err));
}
