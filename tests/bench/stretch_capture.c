/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "format/capture/reader.h"
#include "format/capture/writer.h"
#include "format/wire/events.h"
#include "format/wire/recording.h"
#include "format/wire/symbols.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * stretch_capture TIMES < SHORT > LONG: writes a capture that is TIMES as long, as of a program
 * that does the same again and again: each event is written TIMES, each time later by the length
 * of the recording. All else is as recorded: threads, stacks, rates.
 */

/* Definitions and events in the order in which they were read. */
struct recording {
	struct hud_record **record;
	uint64_t *chunk_end_ns; /* of the chunk that each was read from */
	size_t count, room;
	struct hud_session session;
	struct hud_end end;
	uint64_t last_ns;
};

/* Ids read to ids written. A stack maps to its record, which is interned again for each event. */
struct renaming {
	uint32_t *string, *process;
	struct hud_record **user_stack, **kernel_stack;
	size_t room;    /* of each of these arrays: the highest id read, plus one */
	uint64_t tasks; /* above all task ids read: each copy has tasks of its own */
	uint64_t copy;  /* number of the copy being written */
};

static _Noreturn void fail(const char *what)
{
	fprintf(stderr, "stretch_capture: %s\n", what);
	exit(1);
}

static void *room_for(size_t count, size_t bytes)
{
	void *room = calloc(count, bytes);

	if (!room)
		fail("out of memory");
	return room;
}

static int64_t take_input(void *context, void *data, size_t bytes)
{
	ssize_t got = read(STDIN_FILENO, data, bytes);

	(void)context;
	return got < 0 ? -errno : got;
}

static int give_output(void *context, const void *data, size_t bytes)
{
	(void)context;
	return fwrite(data, 1, bytes, stdout) == bytes ? 0 : -EIO;
}

static void keep(struct recording *all, const struct hud_record *record, uint64_t chunk_end_ns)
{
	if (all->count == all->room) {
		all->room = all->room ? 2 * all->room : 4096;
		all->record = realloc(all->record, all->room * sizeof(*all->record));
		all->chunk_end_ns =
			realloc(all->chunk_end_ns, all->room * sizeof(*all->chunk_end_ns));
		if (!all->record || !all->chunk_end_ns)
			fail("out of memory");
	}
	all->chunk_end_ns[all->count] = chunk_end_ns;
	all->record[all->count] = room_for(1, record->size);
	memcpy(all->record[all->count++], record, record->size);
}

static void recording_read(struct recording *all)
{
	struct capture_reader *reader;
	const struct hud_record *record;

	if (capture_reader_open(take_input, NULL, &reader))
		fail("no memory");
	for (;;) {
		if (capture_reader_next(reader, &record))
			fail("the input is not a capture");
		if (!record)
			break;
		if (record->type == HUD_SESSION)
			memcpy(&all->session, record, sizeof(all->session));
		else if (record->type == HUD_END)
			memcpy(&all->end, record, sizeof(all->end));
		else if (record->type < HUD_SYMBOL_TEXT && record->type != HUD_LOST)
			keep(all, record, capture_reader_chunk(reader)->end_ns);
	}
	capture_reader_close(reader);
	if (!all->end.time_ns)
		fail("the capture has no end record");
}

static size_t highest_id(const struct recording *all)
{
	size_t highest = 0;

	for (size_t i = 0; i < all->count; i++) {
		const struct hud_string *s = (const void *)all->record[i];

		if (s->head.type == HUD_STRING || s->head.type == HUD_PROCESS ||
		    s->head.type == HUD_USER_STACK || s->head.type == HUD_KERNEL_STACK)
			highest = s->id > highest ? s->id : highest;
	}
	return highest + 1;
}

static uint64_t highest_task(const struct recording *all)
{
	uint64_t highest = 0, task;

	for (size_t i = 0; i < all->count; i++) {
		const struct hud_record *record = all->record[i];

		task = record->type == HUD_OFFCPU
			       ? ((const struct hud_offcpu *)(const void *)record)->task
		       : record->type == HUD_SAMPLE
			       ? ((const struct hud_sample *)(const void *)record)->task
		       : record->type == HUD_POLL
			       ? ((const struct hud_poll *)(const void *)record)->task
			       : 0;
		highest = task > highest ? task : highest;
	}
	return highest;
}

static uint32_t good(int64_t id)
{
	if (id < 0)
		fail(strerror((int)-id));
	return (uint32_t)id;
}

static void define_string(struct capture_writer *w, struct renaming *names,
			  const struct hud_string *s)
{
	char text[HUD_STRING_BYTES_MAX + 1];

	memcpy(text, s->text, s->bytes);
	text[s->bytes] = '\0';
	names->string[s->id] = good(capture_writer_string(w, text));
}

static void define(struct capture_writer *w, struct renaming *names, struct hud_record *record)
{
	struct hud_process process;
	struct hud_mapping mapping;
	struct hud_thread thread;

	switch (record->type) {
	case HUD_STRING:
		define_string(w, names, (const void *)record);
		break;
	case HUD_PROCESS:
		memcpy(&process, record, sizeof(process));
		if (names->process[process.id])
			break;
		process.name = names->string[process.name];
		process.exe = names->string[process.exe];
		names->process[((struct hud_process *)(void *)record)->id] =
			good(capture_writer_process(w, &process));
		break;
	case HUD_MAPPING:
		memcpy(&mapping, record, sizeof(mapping));
		mapping.process = names->process[mapping.process];
		mapping.path = names->string[mapping.path];
		if (!capture_writer_mapped(w, mapping.process, mapping.start))
			good(capture_writer_mapping(w, &mapping));
		break;
	case HUD_THREAD:
		memcpy(&thread, record, sizeof(thread));
		thread.process = names->process[thread.process];
		thread.comm = names->string[thread.comm];
		good(capture_writer_thread(w, &thread));
		break;
	case HUD_USER_STACK:
		names->user_stack[((struct hud_user_stack *)(void *)record)->id] = record;
		break;
	case HUD_KERNEL_STACK:
		names->kernel_stack[((struct hud_kernel_stack *)(void *)record)->id] = record;
		break;
	}
}

static uint32_t user_stack(struct capture_writer *w, const struct renaming *names, uint32_t id)
{
	const struct hud_user_stack *s = (const void *)names->user_stack[id];

	return !s ? 0
		  : good(capture_writer_user_stack(w, names->process[s->process], s->address,
						   s->frames, s->stop, s->frame_pointer_from));
}

static uint32_t kernel_stack(struct capture_writer *w, const struct renaming *names, uint32_t id)
{
	const struct hud_kernel_stack *s = (const void *)names->kernel_stack[id];
	uint32_t function[HUD_STACK_FRAMES_MAX];

	if (!s)
		return 0;
	for (size_t i = 0; i < s->frames; i++)
		function[i] = names->string[s->function[i]];
	return good(capture_writer_kernel_stack(w, function, s->frames, s->stop));
}

static void write_offcpu(struct capture_writer *w, const struct renaming *names,
			 struct hud_offcpu o, uint64_t later)
{
	o.start_ns += later;
	o.end_ns += later;
	o.wakeup_ns += o.wakeup_ns ? later : 0;
	o.poll_ns += o.poll_ns ? later : 0;
	o.task += o.task ? names->tasks * names->copy : 0;
	o.process = names->process[o.process];
	o.waker_process = o.waker_process ? names->process[o.waker_process] : 0;
	o.user_stack = user_stack(w, names, o.user_stack);
	o.waker_stack = user_stack(w, names, o.waker_stack);
	o.next_site = user_stack(w, names, o.next_site);
	o.kernel_stack = kernel_stack(w, names, o.kernel_stack);
	good(capture_writer_event(w, &o.head));
}

static void write_sample(struct capture_writer *w, const struct renaming *names,
			 struct hud_sample s, uint64_t later)
{
	s.time_ns += later;
	s.awake_ns += later;
	s.poll_ns += s.poll_ns ? later : 0;
	s.task += s.task ? names->tasks * names->copy : 0;
	s.process = names->process[s.process];
	s.user_stack = user_stack(w, names, s.user_stack);
	s.kernel_stack = kernel_stack(w, names, s.kernel_stack);
	good(capture_writer_event(w, &s.head));
}

static void write_poll(struct capture_writer *w, const struct renaming *names, struct hud_poll p,
		       uint64_t later)
{
	p.start_min_ns += p.start_min_ns ? later : 0;
	p.start_max_ns += later;
	p.end_min_ns += later;
	p.end_max_ns += later;
	p.task += p.task ? names->tasks * names->copy : 0;
	p.process = names->process[p.process];
	p.site = user_stack(w, names, p.site);
	good(capture_writer_event(w, &p.head));
}

static void write_event(struct capture_writer *w, const struct renaming *names,
			const struct hud_record *record, uint64_t later)
{
	struct hud_window window;
	struct hud_cost cost;

	switch (record->type) {
	case HUD_OFFCPU:
		write_offcpu(w, names, *(const struct hud_offcpu *)(const void *)record, later);
		break;
	case HUD_SAMPLE:
		write_sample(w, names, *(const struct hud_sample *)(const void *)record, later);
		break;
	case HUD_POLL:
		write_poll(w, names, *(const struct hud_poll *)(const void *)record, later);
		break;
	case HUD_WINDOW:
		window = *(const struct hud_window *)(const void *)record;
		window.start_ns += later;
		window.end_ns += later;
		window.process = names->process[window.process];
		good(capture_writer_event(w, &window.head));
		break;
	case HUD_COST:
		cost = *(const struct hud_cost *)(const void *)record;
		cost.time_ns += later;
		good(capture_writer_event(w, &cost.head));
		break;
	}
}

/* A chunk ends where one that was read did, and has the end of that. */
static void write_in_chunk(struct capture_writer *w, const struct renaming *names,
			   const struct recording *all, size_t k, uint64_t later)
{
	if (k && all->chunk_end_ns[k] != all->chunk_end_ns[k - 1])
		good(capture_writer_flush_at(w, all->chunk_end_ns[k - 1] + later));
	write_event(w, names, all->record[k], later);
}

static void stretch(struct capture_writer *w, const struct recording *all, uint64_t times)
{
	uint64_t length = all->end.time_ns - all->session.start_ns;
	struct hud_session session = all->session;
	struct hud_end end = all->end;
	struct renaming names = {.room = highest_id(all)};

	names.string = room_for(names.room, sizeof(*names.string));
	names.process = room_for(names.room, sizeof(*names.process));
	names.user_stack = room_for(names.room, sizeof(*names.user_stack));
	names.kernel_stack = room_for(names.room, sizeof(*names.kernel_stack));
	for (size_t i = 0; i < all->count; i++)
		define(w, &names, all->record[i]);
	session.kernel = names.string[session.kernel];
	session.recorder = names.string[session.recorder];
	session.command = names.string[session.command];
	session.workers_prefix = names.string[session.workers_prefix];
	good(capture_writer_session(w, &session));
	names.tasks = highest_task(all) + 1;
	for (uint64_t i = 0; i < times; names.copy = ++i)
		for (size_t k = 0; k < all->count; k++)
			write_in_chunk(w, &names, all, k, i * length);
	end.time_ns += (times - 1) * length;
	end.events = capture_writer_events(w);
	good(capture_writer_event(w, &end.head));
	good(capture_writer_flush_at(w, end.time_ns));
}

int main(int count, char **text)
{
	struct capture_writer_options options = {.sink = give_output, .chunk_bytes = 512 << 10};
	struct recording all = {0};
	struct capture_writer *writer;
	uint64_t times = count == 2 ? strtoull(text[1], NULL, 10) : 0;

	if (!times || times > 1000000) {
		fputs("usage: stretch_capture TIMES < CAPTURE > LONGER\n", stderr);
		return 2;
	}
	recording_read(&all);
	memcpy(options.capture_id, &all.session.start_ns, sizeof(all.session.start_ns));
	memcpy(options.capture_id + 8, &times, sizeof(times));
	good(capture_writer_open(&options, &writer));
	stretch(writer, &all, times);
	good(capture_writer_close(writer));
	return fflush(stdout) ? 1 : 0;
}
