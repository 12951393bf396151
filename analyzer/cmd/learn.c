/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/cmd/learn.h"
#include "analyzer/learn/learn.h"
#include "analyzer/plan/file.h"
#include "format/base/file.h"
#include "format/base/new_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SNAPSHOTS_BYTES_MAX (64u << 20)

bool learn_is_asked(int fd)
{
	uint8_t magic[sizeof(HUD_SNAPSHOTS_MAGIC) - 1];

	return pread(fd, magic, sizeof(magic), 0) == (ssize_t)sizeof(magic) &&
	       !memcmp(magic, HUD_SNAPSHOTS_MAGIC, sizeof(magic));
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
	uint8_t *data;
	size_t bytes = 0;
	int err = file_read(fd, SNAPSHOTS_BYTES_MAX, &data, &bytes);

	if (!err)
		err = answer_write(data, bytes, output);
	free(data);
	if (!err)
		return STATUS_DONE;
	return message(err == -ENOMEM ? STATUS_SYSTEM : STATUS_INPUT, NULL,
		       "cannot learn from the snapshots: %s",
		       err == -EBADMSG ? "they are damaged" : strerror(-err));
}
