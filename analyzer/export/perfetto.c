/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/export/perfetto_intern.h"
#include "analyzer/export/perfetto_wire.h"
#include "analyzer/export/trace.h"

#include <errno.h>

/* Perfetto's trace: a packet for each track and event. perfetto_intern.c has names and stacks. */

static int packet_end(struct perfetto *p, size_t packet)
{
	if (p->interned.length) {
		proto_bytes(&p->packet, PACKET_INTERNED, p->interned.bytes, p->interned.length);
		p->interned.length = 0;
	}
	proto_end(&p->packet, packet);
	if (p->packet.failed || p->interned.failed)
		return -ENOMEM;
	if (fwrite(p->packet.bytes, 1, p->packet.length, p->out) != p->packet.length)
		return 0; /* ferror() says it in the end */
	p->packet.length = 0;
	return 0;
}

static size_t packet_begin(struct perfetto *p)
{
	size_t packet = proto_begin(&p->packet, TRACE_PACKET);

	proto_number(&p->packet, PACKET_SEQUENCE, 1);
	proto_number(&p->packet, PACKET_FLAGS,
		     p->begun ? FLAG_NEEDS_STATE : FLAG_NEEDS_STATE | FLAG_STATE_CLEARED);
	p->begun = true;
	return packet;
}

static size_t packet_at(struct perfetto *p, int64_t time_ns)
{
	size_t packet = packet_begin(p);

	proto_number(&p->packet, PACKET_TIME, (uint64_t)(time_ns < 0 ? 0 : time_ns));
	return packet;
}

/* Times are of the monotonic clock; samples are taken by a timer of each CPU. */
static void defaults_write(struct proto *out, int64_t sample_hz)
{
	size_t defaults = proto_begin(out, PACKET_DEFAULTS), samples, timebase;

	proto_number(out, DEFAULTS_CLOCK, CLOCK_ID_MONOTONIC);
	samples = proto_begin(out, DEFAULTS_SAMPLES);
	timebase = proto_begin(out, SAMPLES_TIMEBASE);
	proto_number(out, TIMEBASE_FREQUENCY, (uint64_t)sample_hz);
	proto_number(out, TIMEBASE_COUNTER, COUNTER_CPU_CLOCK);
	proto_end(out, timebase);
	proto_end(out, samples);
	proto_end(out, defaults);
}

static int perfetto_begin(void *context, const struct trace_clocks *clocks)
{
	struct perfetto *p = context;
	const struct {
		uint64_t clock;
		int64_t ns;
	} at[] = {{CLOCK_ID_MONOTONIC, clocks->monotonic_ns},
		  {CLOCK_ID_REALTIME, clocks->realtime_ns}};
	size_t packet = packet_begin(p), snapshot;

	defaults_write(&p->packet, clocks->sample_hz);
	snapshot = proto_begin(&p->packet, PACKET_CLOCKS);
	for (size_t i = 0; i < sizeof(at) / sizeof(*at); i++) {
		size_t clock = proto_begin(&p->packet, SNAPSHOT_CLOCK);

		proto_number(&p->packet, CLOCK_ID, at[i].clock);
		proto_number(&p->packet, CLOCK_TIME, (uint64_t)at[i].ns);
		proto_end(&p->packet, clock);
	}
	proto_number(&p->packet, SNAPSHOT_PRIMARY, CLOCK_ID_MONOTONIC);
	proto_end(&p->packet, snapshot);
	return packet_end(p, packet);
}

static void process_describe(struct proto *out, const struct trace_track *t)
{
	size_t process = proto_begin(out, TRACK_FIELD_PROCESS);

	proto_number(out, PROCESS_PID, (uint64_t)t->pid);
	proto_text(out, PROCESS_NAME, t->name);
	proto_end(out, process);
}

static void thread_describe(struct proto *out, const struct trace_track *t)
{
	size_t thread = proto_begin(out, TRACK_FIELD_THREAD);

	proto_number(out, THREAD_PID_FIELD, (uint64_t)t->pid);
	proto_number(out, THREAD_TID_FIELD, (uint64_t)t->tid);
	proto_text(out, THREAD_NAME, t->name);
	proto_end(out, thread);
}

static void counter_describe(struct proto *out, const struct trace_track *t)
{
	size_t counter = proto_begin(out, TRACK_FIELD_COUNTER);

	proto_text(out, COUNTER_UNIT_NAME, t->unit);
	proto_end(out, counter);
}

static int perfetto_track(void *context, const struct trace_track *t)
{
	struct perfetto *p = context;
	size_t packet = packet_begin(p), track = proto_begin(&p->packet, PACKET_TRACK);

	proto_number(&p->packet, TRACK_FIELD_UUID, t->id);
	if (t->parent)
		proto_number(&p->packet, TRACK_FIELD_PARENT, t->parent);
	proto_text(&p->packet, TRACK_FIELD_NAME, t->name);
	proto_number(&p->packet, TRACK_FIELD_ORDERING, ORDERING_EXPLICIT);
	proto_number(&p->packet, TRACK_FIELD_RANK, (uint64_t)t->place);
	if (t->kind == TRACK_PROCESS)
		process_describe(&p->packet, t);
	else if (t->kind == TRACK_THREAD)
		thread_describe(&p->packet, t);
	else if (t->kind == TRACK_COUNTER)
		counter_describe(&p->packet, t);
	proto_end(&p->packet, track);
	return packet_end(p, packet);
}

static void arg_name(struct perfetto *p, const char *name)
{
	proto_number(&p->packet, ANNOTATION_NAME_IID, perfetto_arg_name(p, name));
}

static void arg_write(struct perfetto *p, uint32_t field, const struct trace_arg *arg)
{
	size_t annotation = proto_begin_short(&p->packet, field);

	arg_name(p, arg->name);
	if (arg->text)
		proto_number(&p->packet, ANNOTATION_TEXT_IID,
			     perfetto_name(p, INTERNED_ARG_TEXT, arg->text));
	else
		proto_number(&p->packet, ANNOTATION_INT, (uint64_t)arg->number);
	proto_end_short(&p->packet, annotation);
}

/* The sites of a poll: a list of dictionaries. */
static void parts_write(struct perfetto *p, const struct trace_event *e)
{
	size_t list = proto_begin(&p->packet, EVENT_ANNOTATION);

	arg_name(p, "sites");
	for (size_t i = 0; i < e->parts; i++) {
		const struct trace_part *part = &e->part[i];
		const struct trace_arg args[] = {
			{.name = "site", .number = part->site},
			{.name = "function", .text = part->function},
			{.name = "cause", .text = part->cause},
			{.name = "blocked_ns", .number = part->blocked_ns},
		};
		size_t entry = proto_begin(&p->packet, ANNOTATION_ARRAY);

		for (size_t k = 0; k < sizeof(args) / sizeof(*args); k++)
			arg_write(p, ANNOTATION_DICT, &args[k]);
		proto_end(&p->packet, entry);
	}
	proto_end(&p->packet, list);
}

static int end_write(struct perfetto *p, const struct trace_event *e)
{
	size_t packet = packet_at(p, e->end_ns),
	       event = proto_begin_short(&p->packet, PACKET_EVENT);

	proto_number(&p->packet, EVENT_TYPE, TYPE_END);
	proto_number(&p->packet, EVENT_TRACK, e->track);
	proto_end_short(&p->packet, event);
	return packet_end(p, packet);
}

static int perfetto_event(void *context, const struct trace_event *e)
{
	struct perfetto *p = context;
	size_t packet = packet_at(p, e->start_ns), event = proto_begin(&p->packet, PACKET_EVENT);
	int err;

	proto_number(&p->packet, EVENT_TYPE, e->instant ? TYPE_INSTANT : TYPE_BEGIN);
	proto_number(&p->packet, EVENT_TRACK, e->track);
	proto_number(&p->packet, EVENT_NAME_IID, perfetto_name(p, INTERNED_NAME, e->name));
	proto_number(&p->packet, EVENT_CATEGORY_IID,
		     perfetto_name(p, INTERNED_CATEGORY, e->category));
	for (size_t i = 0; i < e->args; i++)
		arg_write(p, EVENT_ANNOTATION, &e->arg[i]);
	if (e->parts)
		parts_write(p, e);
	if (e->flow_out)
		proto_fixed64(&p->packet, EVENT_FLOW, e->flow_out);
	if (e->flow_in)
		proto_fixed64(&p->packet, EVENT_FLOW_ENDS, e->flow_in);
	if (e->stack && perfetto_stack(p, e->stack))
		proto_number(&p->packet, EVENT_STACK_IID, (uint64_t)e->stack);
	proto_end(&p->packet, event);
	err = packet_end(p, packet);
	return err || e->instant ? err : end_write(p, e);
}

static int perfetto_counter(void *context, uint64_t track, int64_t time_ns, int64_t value)
{
	struct perfetto *p = context;
	size_t packet = packet_at(p, time_ns), event = proto_begin_short(&p->packet, PACKET_EVENT);

	proto_number(&p->packet, EVENT_TYPE, TYPE_COUNTER);
	proto_number(&p->packet, EVENT_TRACK, track);
	proto_number(&p->packet, EVENT_COUNTER, (uint64_t)value);
	proto_end_short(&p->packet, event);
	return packet_end(p, packet);
}

static int perfetto_sample(void *context, const struct trace_sample *s)
{
	struct perfetto *p = context;
	size_t packet = packet_at(p, s->time_ns),
	       sample = proto_begin_short(&p->packet, PACKET_SAMPLE);

	proto_number(&p->packet, SAMPLE_CPU, (uint64_t)s->cpu);
	proto_number(&p->packet, SAMPLE_PID, (uint64_t)s->pid);
	proto_number(&p->packet, SAMPLE_TID, (uint64_t)s->tid);
	proto_number(&p->packet, SAMPLE_CPU_MODE, CPU_MODE_USER);
	if (perfetto_stack(p, s->stack))
		proto_number(&p->packet, SAMPLE_STACK_IID, (uint64_t)s->stack);
	proto_end_short(&p->packet, sample);
	return packet_end(p, packet);
}

enum exit_status export_perfetto(const struct export *e)
{
	struct perfetto p = {.e = e, .out = e->out};
	const struct trace_writer writer = {
		.context = &p,
		.begin = perfetto_begin,
		.track = perfetto_track,
		.event = perfetto_event,
		.counter = perfetto_counter,
		.sample = perfetto_sample,
	};
	enum exit_status status = perfetto_intern_open(&p);

	if (status == STATUS_DONE)
		status = trace_write(e, &writer);
	if (status == STATUS_DONE)
		status = stack_reader_status(&p.stacks);
	perfetto_intern_close(&p);
	proto_close(&p.packet);
	return status;
}
