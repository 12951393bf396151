/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * Whatever comes through the pipe, in whatever pieces, a live session takes it or says why not, and
 * derives its window, and writes it as a capture.
 */
#include "analyzer/live/session.h"
#include "tests/fuzz/records.h"
#include "tests/unit/fixture/analysis_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum { PIPE_BYTES = 1 << 20, PIECES = 3 };

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned int seed)
{
	return records_mutate(data, size, room, seed);
}

/* All there is, with a derivation after each capture. */
static void session_take(struct session *s)
{
	for (;;) {
		enum session_event event = session_next(s);

		if (event != SESSION_CHUNK || session_state(s).another || session_due(s))
			session_derive(s);
		if (event != SESSION_CHUNK)
			return;
	}
}

/* What was found in the stream can be written again. */
static void part_write(struct session *s)
{
	char path[64];
	int err;

	snprintf(path, sizeof(path), "/dev/shm/hud-live-fuzz-%d.hud", (int)getpid());
	err = session_write_part(s, path);
	MUST(!err || err == -ENODATA);
	unlink(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct session_options options = {
		.resolver = &fake_resolver, .keep = true, .length_ns = 50000000};
	struct session *session;
	size_t bytes, piece;
	uint8_t *capture = records_pack(data, size, &bytes);
	int ends[2];

	piece = bytes / PIECES + 1;
	MUST(!pipe(ends) && fcntl(ends[1], F_SETPIPE_SZ, PIPE_BYTES) >= PIPE_BYTES);
	options.descriptor = ends[0];
	MUST(!session_open(&options, &session));
	for (size_t at = 0; at < bytes && bytes < PIPE_BYTES; at += piece) {
		size_t now = piece < bytes - at ? piece : bytes - at;

		MUST(write(ends[1], capture + at, now) == (ssize_t)now);
		session_take(session);
	}
	close(ends[1]);
	session_take(session);
	MUST(session_state(session).bytes <= bytes);
	part_write(session);
	session_close(session);
	close(ends[0]);
	free(capture);
	return 0;
}
