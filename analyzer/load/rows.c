/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/load/state.h"
#include "format/base/hex.h"
#include "format/elf/build_id.h"
#include "format/elf/text_hash.h"
#include "format/wire/names.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/*
 * The rows of processes, threads, binaries, mappings and of the capture itself. They are written
 * when all of it was read, since later chunks can add to each.
 */

/* A time, or NULL: 0, or more than SQLite's numbers hold. */
static void row_time(struct row *row, uint64_t time_ns)
{
	row_number_if(row, time_ns && time_ns <= INT64_MAX, (int64_t)time_ns);
}

static int write_processes(struct ingest *in, const struct capture_state *c)
{
	int err = 0;

	for (size_t i = 0; !err && i < c->defined.process.count; i++) {
		const struct defined_process *p = &c->defined.process.at[i];
		struct row row = ingest_row(in, ROW_PROCESS);

		row_number(&row, c->row);
		row_number(&row, p->pid);
		row_time(&row, p->start_ns);
		row_text(&row, p->name);
		row_text(&row, p->exe);
		row_number(&row, p->row);
		err = row_insert(&row);
	}
	return err;
}

static int write_threads(struct ingest *in, struct capture_state *c)
{
	int err = 0;

	for (size_t i = 0; !err && i < c->defined.thread.count; i++) {
		struct defined_thread *t = &c->defined.thread.at[i];
		struct row row;

		if (t->written)
			continue;
		t->written = true;
		row = ingest_row(in, ROW_THREAD);
		row_number(&row, c->row);
		row_number(&row, t->process);
		row_number(&row, t->tid);
		row_text(&row, t->comm);
		row_time(&row, t->start_ns);
		row_time(&row, t->exit_ns);
		row_number(&row, t->row);
		err = row_insert(&row);
	}
	return err;
}

static int write_binary(struct ingest *in, const struct capture_state *c, int64_t id,
			const struct defined_mapping *m, const struct resolved_binary *b)
{
	struct row row = ingest_row(in, ROW_BINARY);
	bool by_hash = text_hash_is(m->build_id, m->build_id_bytes);
	char text[BUILD_ID_TEXT_BYTES];

	build_id_text(m->build_id, m->build_id_bytes, text);
	row_number(&row, c->row);
	row_text(&row, m->path);
	row_text(&row, m->build_id_bytes && !by_hash ? text : NULL);
	row_text(&row, by_hash ? text : NULL);
	row_text(&row, b->symbols);
	row_text(&row, b->symbol_file);
	row_text(&row, b->problem);
	row_number_if(&row, b->has_runtime >= 0, b->has_runtime);
	row_number(&row, id);
	return row_insert(&row);
}

int ingest_binary_problems(struct ingest *in, const struct capture_state *c)
{
	const struct resolver *resolver = in->options->resolver;
	int err = 0;

	for (size_t i = 0; !err && resolver->split_missing && i < c->binary.count; i++) {
		const struct loaded_binary *b = &c->binary.at[i];
		const char *missing =
			resolver->split_missing(resolver->context, b->resolved.module);
		sqlite3_stmt *update;

		if (!missing || b->resolved.problem)
			continue;
		update = database_statement(in->db, "UPDATE binary SET problem = :problem "
						    "WHERE id = :id");
		statement_text(update, ":problem", missing);
		statement_number(update, ":id", b->row);
		err = update ? database_errno(sqlite3_step(update)) : -EIO;
		sqlite3_finalize(update);
	}
	return err;
}

/* A hash of a binary's build-id, or of its path where it has none. */
static void binary_key(const struct defined_mapping *m, uint64_t *first, uint64_t *second)
{
	const uint8_t *bytes = m->build_id_bytes ? m->build_id : (const uint8_t *)m->path;
	size_t count = m->build_id_bytes ? m->build_id_bytes : m->path ? strlen(m->path) : 0;

	*first = 0xcbf29ce484222325u;
	*second = count;
	for (size_t i = 0; i < count; i++) {
		*first = (*first ^ bytes[i]) * 0x100000001b3u;
		*second = (*second + bytes[i]) * 0x9E3779B97F4A7C15u;
	}
}

/* The binary of a mapping, resolved once. Index + 1 in c->binary, or a negative errno. */
static int64_t binary_of_mapping(struct ingest *in, struct capture_state *c,
				 const struct defined_mapping *m)
{
	const struct resolver *resolver = in->options->resolver;
	struct loaded_binary *seen;
	uint64_t first, second, known;
	int err;

	binary_key(m, &first, &second);
	known = id_map_get(&c->binaries, first, second);
	if (known)
		return (int64_t)known;
	err = LIST_ADD(c->binary);
	if (err)
		return err;
	seen = &c->binary.at[c->binary.count - 1];
	seen->row = ingest_row_id(in, ROW_BINARY);
	err = resolver->binary(resolver->context, m->build_id, m->build_id_bytes, m->path,
			       &seen->resolved);
	seen->code = known_code_of(&c->code, m->build_id, m->build_id_bytes);
	if (seen->code && seen->resolved.has_runtime < 0)
		seen->resolved.has_runtime = 1; /* its plan has the functions that poll tasks */
	if (!err)
		err = write_binary(in, c, seen->row, m, &seen->resolved);
	if (!err)
		err = id_map_set(&c->binaries, first, second, c->binary.count);
	return err ? err : (int64_t)c->binary.count;
}

static int write_mappings(struct ingest *in, struct capture_state *c)
{
	int err = 0;

	for (size_t i = c->written.mappings; !err && i < c->defined.mapping.count; i++) {
		struct defined_mapping *m = &c->defined.mapping.at[i];
		int64_t binary = 0;
		struct row row;

		if (!(m->flags & HUD_MAPPING_ANONYMOUS))
			binary = binary_of_mapping(in, c, m);
		if (binary < 0)
			return (int)binary;
		m->binary = (size_t)binary;
		row = ingest_row(in, ROW_MAPPING);
		row_number(&row, c->row);
		row_number(&row, defined_process_row(&c->defined, m->process));
		row_id(&row, binary ? c->binary.at[binary - 1].row : 0);
		row_number(&row, (int64_t)m->start);
		row_number(&row, (int64_t)m->end);
		row_number(&row, (int64_t)m->offset);
		row_number(&row, m->from_ns <= INT64_MAX ? (int64_t)m->from_ns : INT64_MAX);
		row_number(&row, (m->flags & HUD_MAPPING_VDSO) != 0);
		row_number(&row, (m->flags & HUD_MAPPING_ANONYMOUS) != 0);
		row_number(&row, ingest_row_id(in, ROW_MAPPING));
		err = row_insert(&row);
	}
	c->written.mappings = c->defined.mapping.count;
	return err;
}

uint64_t capture_end_ns(const struct capture_state *c)
{
	uint64_t start_ns = c->defined.session.start_ns;
	uint64_t end_ns = c->ended ? c->end.time_ns : c->last_ns;

	if (c->part.to_ns)
		end_ns = c->part.to_ns;
	if (end_ns > start_ns + LONGEST_NS)
		end_ns = start_ns;
	return end_ns < start_ns ? start_ns : end_ns;
}

static int write_capture(struct ingest *in, const struct capture_state *c)
{
	const struct hud_session *s = &c->defined.session;
	struct row row = ingest_row(in, ROW_CAPTURE);
	char id[33];

	hex_text(c->id, sizeof(c->id), id);
	row_text(&row, id);
	row_text(&row, in->options->file);
	row_number(&row, (int64_t)s->start_ns);
	row_number(&row, (int64_t)capture_end_ns(c));
	row_time(&row, s->start_realtime_ns);
	row_number(&row, (int64_t)s->threshold_ns);
	row_number(&row, s->sample_hz);
	row_number(&row, s->profile_hz);
	row_number(&row, (int64_t)s->window_ms * 1000000);
	row_number(&row, s->cpus);
	row_number(&row, s->machine);
	row_number(&row, s->page_bytes);
	row_text(&row, defined_string(&c->defined, s->kernel));
	row_text(&row, defined_string(&c->defined, s->recorder));
	row_text(&row, defined_string(&c->defined, s->command));
	row_number(&row, s->features);
	row_text(&row, defined_string(&c->defined, s->workers_prefix));
	row_number(&row, (int64_t)c->bytes);
	row_number(&row, (int64_t)c->chunks);
	row_number(&row, (int64_t)c->repeated_chunks);
	row_number(&row, (int64_t)c->events);
	row_number(&row, !c->ended && !c->part.to_ns);
	row_text(&row, c->ended ? hud_end_reason_name(c->end.reason) : NULL);
	row_number_if(&row, c->ended, c->end.detail);
	row_number_if(&row, c->part.to_ns, (int64_t)c->part.from_ns);
	row_number(&row, c->row);
	return row_insert(&row);
}

int ingest_definitions(struct ingest *in, struct capture_state *c)
{
	int err = write_capture(in, c);

	if (!err)
		err = write_processes(in, c);
	if (!err)
		err = write_threads(in, c);
	if (!err)
		err = write_mappings(in, c);
	if (!err)
		err = ingest_histograms(in, c);
	if (!err && c->invalid > c->written.invalid)
		err = ingest_loss(in, c->row, HUD_LOSS_RECORD_INVALID,
				  c->invalid - c->written.invalid, 0, 0);
	if (!err && c->backward > c->written.backward)
		err = ingest_loss(in, c->row, HUD_LOSS_CLOCK_BACKWARD,
				  c->backward - c->written.backward, 0, 0);
	c->written.invalid = c->invalid;
	c->written.backward = c->backward;
	return err;
}
