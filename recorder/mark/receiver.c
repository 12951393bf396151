/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/mark/receiver.h"
#include "format/base/clock.h"
#include "format/base/text_sequence.h"
#include "format/wire/recording.h"
#include "recorder/base/invoker.h"
#include "recorder/mark/wire.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define AT_ONCE 32      /* marks per call, ten times a second: bounds the cost of a flood */
#define MARKS_MAX 10000 /* in one recording: their texts stay in memory */

static bool may_mark(const struct mark_receiver *t, const struct ucred *sender)
{
	return sender->pid > 0 && (sender->uid == 0 || sender->uid == t->own ||
				   (t->invoker > 0 && sender->uid == (uid_t)t->invoker));
}

/* Is it loaded as it was sent, so that it can be found by what was typed? */
static bool is_plain(const char *text, size_t bytes)
{
	if (!bytes || bytes > MARK_BYTES_MAX)
		return false;
	for (size_t i = 0, length; i < bytes; i += length) {
		length = text_sequence(text + i, bytes - i);
		if (!length)
			return false;
	}
	return true;
}

/* When it was sent, on CLOCK_MONOTONIC; never later than now. */
static uint64_t sent_ns(const struct mark_message *m)
{
	uint64_t now = clock_ns(CLOCK_MONOTONIC), real = clock_ns(CLOCK_REALTIME);
	uint64_t waited = m->realtime_ns && real > m->realtime_ns ? real - m->realtime_ns : 0;

	return waited < NS_PER_S ? now - waited : now;
}

/* NULL: the mark is in the capture; else why it is not. */
static const char *mark_write(struct mark_receiver *t, const struct mark_message *m)
{
	struct hud_mark mark = {
		.head = HUD_RECORD_HEAD(HUD_MARK, mark),
		.time_ns = sent_ns(m),
		.uid = m->sender.uid,
	};
	int64_t text;

	if (!is_plain(m->text + 1, m->bytes - 1))
		return "a mark is 1 to " MARK_LIMIT " bytes of UTF-8, without control characters";
	if (t->taken >= MARKS_MAX)
		return "the recording has " MARK_DIGITS(MARKS_MAX) " marks, the most it takes";
	text = capture_writer_string(t->writer, m->text + 1);
	if (text <= 0)
		return "the capture cannot be written";
	mark.text = (uint32_t)text;
	if (capture_writer_event(t->writer, &mark.head))
		return "the capture cannot be written";
	t->taken++;
	return NULL;
}

static void self_describe(const struct mark_receiver *t, char *out, size_t room)
{
	size_t length = (size_t)snprintf(out, room, "%s\n", t->targets->label);

	for (size_t i = 0; i < t->targets->count && length + 16 < room; i++)
		length += (size_t)snprintf(out + length, room - length, "%s%d", i ? " " : "",
					   (int)t->targets->pid[i]);
}

static void answer(struct mark_receiver *t, const struct mark_message *m)
{
	char text[MARK_MESSAGE_MAX];
	const char *problem;

	if (!may_mark(t, &m->sender)) {
		snprintf(text, sizeof(text), "%conly root and the user who records may add marks",
			 MARK_REFUSED);
	} else if (m->text[0] == MARK_WHO && m->bytes == 1) {
		self_describe(t, text, sizeof(text));
	} else if (m->text[0] == MARK_TEXT && strlen(m->text) == m->bytes) {
		problem = mark_write(t, m);
		snprintf(text, sizeof(text), "%c%s", problem ? MARK_REFUSED : MARK_DONE,
			 problem ? problem : "");
	} else {
		snprintf(text, sizeof(text), "%cunknown request", MARK_REFUSED);
	}
	/* Does not wait for a sender that does not read its answer. */
	sendto(t->fd, text, strlen(text), MSG_DONTWAIT | MSG_NOSIGNAL,
	       (const struct sockaddr *)&m->from, m->from_bytes);
}

int mark_receiver_open(struct mark_receiver *t, struct capture_writer *writer,
		       const struct target_set *targets)
{
	*t = (struct mark_receiver) {
		.writer = writer,
		.targets = targets,
		.fd = mark_socket(getpid(), true),
		.own = geteuid(),
		.invoker = invoker_id("SUDO_UID"),
	};
	return t->fd < 0 ? -errno : 0;
}

void mark_receiver_work(struct mark_receiver *t)
{
	struct mark_message message;

	for (int i = 0; t->fd >= 0 && i < AT_ONCE && mark_receive(t->fd, &message); i++)
		answer(t, &message);
}

void mark_receiver_close(struct mark_receiver *t)
{
	if (t->fd >= 0)
		close(t->fd);
	t->fd = -1;
}
