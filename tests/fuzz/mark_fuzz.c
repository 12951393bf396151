/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * Whatever datagrams the socket of marks gets, each has one answer, and the capture has the marks
 * that were taken. Whatever a process answers that calls itself a hud-record, and whatever the list
 * of sockets says, `hud-record mark` ends.
 *
 * Input: a byte, odd for the second of these; then datagrams, each with an eighth of its size
 * before it. What the list of sockets has besides comes first, up to a zero byte.
 */
#include "format/capture/reader.h"
#include "format/wire/recording.h"
#include "recorder/mark/receiver.h"
#include "recorder/mark/send.h"
#include "recorder/mark/wire.h"
#include "tests/fuzz/frame.h"
#include "tests/fuzz/served.h"

#include <getopt.h>
#include <stdio.h>
#include <unistd.h>

enum { CAPTURE_BYTES = 1 << 19 };

struct memory {
	size_t bytes;
	uint8_t data[CAPTURE_BYTES];
};

static int memory_append(void *context, const void *data, size_t bytes)
{
	struct memory *m = context;

	MUST(bytes <= sizeof(m->data) - m->bytes);
	memcpy(m->data + m->bytes, data, bytes);
	m->bytes += bytes;
	return 0;
}

/* The next datagram; false: there is none. */
static bool datagram_next(struct supply *input, struct supply *out)
{
	size_t bytes = supply_byte(input) * (size_t)8;

	if (!input->size)
		return false;
	*out = (struct supply) {.data = input->data};
	out->size = bytes < input->size ? bytes : input->size;
	input->data += out->size;
	input->size -= out->size;
	return true;
}

/* The one answer to a datagram. True: its mark was taken. */
static bool answer_take(int fd)
{
	char text[MARK_MESSAGE_MAX + 1];
	ssize_t got = recv(fd, text, sizeof(text), MSG_DONTWAIT);

	MUST(got > 0 && got <= (ssize_t)MARK_MESSAGE_MAX);
	MUST(recv(fd, text + 1, 1, MSG_DONTWAIT) < 0);
	return text[0] == MARK_DONE;
}

static uint32_t marks_in(const struct memory *m)
{
	struct supply capture = {.data = m->data, .size = m->bytes};
	const struct hud_record *record;
	struct capture_reader *reader;
	uint32_t marks = 0;

	MUST(!capture_reader_open(supply_read, &capture, &reader));
	do {
		MUST(!capture_reader_next(reader, &record));
		MUST(!record || record->type != HUD_LOST);
		marks += record && record->type == HUD_MARK;
	} while (record);
	capture_reader_close(reader);
	return marks;
}

static struct capture_writer *writer_open(struct memory *m)
{
	const struct capture_writer_options options = {.sink = memory_append, .sink_context = m};
	const struct hud_session session = {.threshold_ns = 1};
	struct capture_writer *w;

	MUST(!capture_writer_open(&options, &w) && !capture_writer_session(w, &session));
	return w;
}

static void receiver_run(struct supply *input)
{
	static const struct target_set targets = {.pid = {1, 2}, .count = 2, .label = "demo"};
	struct memory *m = calloc(1, sizeof(*m));
	struct sockaddr_un address;
	socklen_t bytes = mark_address(getpid(), &address);
	int sender = mark_socket(0, false);
	struct mark_receiver receiver;
	struct capture_writer *writer;
	struct supply datagram;
	uint32_t taken = 0;

	MUST(m && sender >= 0);
	writer = writer_open(m);
	MUST(!mark_receiver_open(&receiver, writer, &targets));
	while (datagram_next(input, &datagram)) {
		MUST(sendto(sender, datagram.data, datagram.size, 0, &address, bytes) ==
		     (ssize_t)datagram.size);
		mark_receiver_work(&receiver);
		taken += answer_take(sender);
	}
	mark_receiver_close(&receiver);
	MUST(!capture_writer_close(writer));
	MUST(marks_in(m) == taken);
	close(sender);
	free(m);
}

/* While `hud-record mark` runs: who answers it, and with what. Asked who it is, it answers once. */
static struct impostor {
	int fd;
	bool described;
	struct supply *input;
} * impostor;

ssize_t __real_sendto(int fd, const void *data, size_t bytes, int flags, const struct sockaddr *to,
		      socklen_t to_bytes);
ssize_t __wrap_sendto(int fd, const void *data, size_t bytes, int flags, const struct sockaddr *to,
		      socklen_t to_bytes);

/* The answer is there before it is waited for. One that is none has one that is behind it. */
ssize_t __wrap_sendto(int fd, const void *data, size_t bytes, int flags, const struct sockaddr *to,
		      socklen_t to_bytes)
{
	struct sockaddr_un asking, asked;
	socklen_t length = sizeof(asking);
	struct supply datagram;
	bool sent;

	if (!impostor)
		return __real_sendto(fd, data, bytes, flags, to, to_bytes);
	if (to_bytes != mark_address(getpid(), &asked) || memcmp(to, &asked, to_bytes) != 0 ||
	    (*(const char *)data == MARK_WHO && impostor->described) ||
	    !datagram_next(impostor->input, &datagram))
		return -1;
	impostor->described = true;
	MUST(!getsockname(fd, &asking, &length));
	to = (const struct sockaddr *)&asking;
	sent = __real_sendto(impostor->fd, datagram.data, datagram.size, 0, to, length) >= 0;
	if (sent && (!datagram.size || datagram.size > MARK_MESSAGE_MAX))
		sent = __real_sendto(impostor->fd, "-", 1, 0, to, length) == 1;
	return sent ? (ssize_t)bytes : -1;
}

static void sender_run(struct supply *input)
{
	char *arguments[] = {"mark", "-r", "demo", "text", NULL};
	bool chosen = supply_byte(input) & 1;
	struct impostor self = {mark_socket(getpid(), false), false, input};
	struct served files[2] = {{"unix", NULL}};
	char *more = supply_text(input);

	if (!chosen)
		arguments[1] = "text";
	MUST(self.fd >= 0 &&
	     asprintf(&files[0].text, "x @" MARK_NAME "%d\n%s", (int)getpid(), more) > 0);
	optind = 0; /* getopt() begins anew */
	impostor = &self;
	files_serve(files);
	mark_send(chosen ? 4 : 2, arguments);
	files_serve(NULL);
	impostor = NULL;
	close(self.fd);
	free(files[0].text);
	free(more);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct supply input = {.data = data, .size = size};

	if (supply_byte(&input) & 1)
		sender_run(&input);
	else
		receiver_run(&input);
	return 0;
}
