/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/plan/print_json.h"
#include "format/elf/build_id.h"

#include <elf.h>
#include <inttypes.h>

static uint64_t bytes_per_mib(const struct plan_built *b)
{
	uint64_t text = b->numbers.text_bytes;

	return text ? (uint64_t)((double)b->content_bytes * (1 << 20) / (double)text) : 0;
}

/* NULL is null. */
static void json_text(FILE *to, const char *text)
{
	if (!text) {
		fputs("null", to);
		return;
	}
	fputc('"', to);
	for (const unsigned char *s = (const unsigned char *)text; *s; s++) {
		if (*s == '"' || *s == '\\')
			fprintf(to, "\\%c", *s);
		else if (*s < 0x20)
			fprintf(to, "\\u%04x", *s);
		else
			fputc(*s, to);
	}
	fputc('"', to);
}

static void json_version(FILE *to, const char *name, const struct plan_version *v)
{
	if (v->known)
		fprintf(to, ",\"%s\":\"%u.%u.%u\"", name, v->major, v->minor, v->patch);
	else
		fprintf(to, ",\"%s\":null", name);
}

static void json_tag(FILE *to, const char *name, const struct hud_plan_tag *tag)
{
	if (tag->bytes)
		fprintf(to, ",\"%s\":{\"offset\":%u,\"bytes\":%u,\"value\":%" PRIu64 "}", name,
			tag->offset, tag->bytes, tag->value);
	else
		fprintf(to, ",\"%s\":null", name);
}

static const char *const queue_kinds[] = {
	[HUD_QUEUE_RING] = "ring",
	[HUD_QUEUE_LENGTH] = "length",
	[HUD_QUEUE_WRAPPED] = "wrapped",
};

static void json_queue(FILE *to, const struct hud_plan_scheduler *s)
{
	if (s->queue_kind == HUD_QUEUE_UNKNOWN) {
		fputs(",\"queue\":null", to);
		return;
	}
	fprintf(to,
		",\"queue\":{\"kind\":\"%s\",\"bytes\":%u,\"offset\":%u,\"head\":%u,\"tail\":%u,"
		"\"room\":%u}",
		queue_kinds[s->queue_kind], s->queue_bytes, s->queue, s->queue_head, s->queue_tail,
		s->queue_room);
}

static void json_scheduler(FILE *to, const struct plan_names *names,
			   const struct hud_plan_scheduler *s)
{
	fprintf(to, "{\"kind\":\"%s\",\"context\":%" PRId64 ",\"core\":%u",
		plan_names_scheduler(names, s->kind), s->context, s->core);
	json_tag(to, "variant", &s->variant);
	json_tag(to, "parked", &s->parked);
	fprintf(to, ",\"tick\":%u,\"lifo\":", s->tick);
	if (s->lifo == HUD_NO_OFFSET)
		fputs("null", to);
	else
		fprintf(to, "%u", s->lifo);
	json_queue(to, s);
	fputc('}', to);
}

static void json_identity(FILE *to, const struct plan_runtime *r)
{
	const struct hud_plan_identity *identity = r->identity;
	uint16_t flags = identity->identity_flags;

	fprintf(to, "{\"known\":%s,\"task\":", flags & HUD_IDENTITY_KNOWN ? "true" : "false");
	if (flags & HUD_IDENTITY_TASK)
		fprintf(to, "%" PRId64, identity->task);
	else
		fputs("null", to);
	fputs(",\"task_tag\":", to);
	if (flags & HUD_IDENTITY_TASK_TAG)
		fprintf(to, "%" PRId64, identity->task_tag);
	else
		fputs("null", to);
	if (flags & HUD_IDENTITY_HEADER)
		fprintf(to, ",\"task_header\":{\"vtable\":%u,\"id\":%u}", identity->task_vtable,
			identity->task_id);
	else
		fputs(",\"task_header\":null", to);
	fputs(",\"schedulers\":[", to);
	for (uint16_t i = 0; i < identity->schedulers; i++) {
		if (i)
			fputc(',', to);
		json_scheduler(to, &r->names, &identity->scheduler[i]);
	}
	fputs("]}", to);
}

static void json_count(FILE *to, const char *name, const struct hud_plan_count *c)
{
	if (c->bytes)
		fprintf(to, ",\"%s\":{\"offset\":%u,\"bytes\":%u}", name, c->offset, c->bytes);
	else
		fprintf(to, ",\"%s\":null", name);
}

static void json_pool(FILE *to, const struct plan_runtime *r)
{
	const struct hud_plan_pool *p = r->pool;

	if (!p) {
		fputs("null", to);
		return;
	}
	fprintf(to,
		"{\"queue\":{\"kind\":\"%s\",\"offset\":%u,\"first\":%u,\"end\":%u,\"room\":%u,"
		"\"items\":%u}",
		queue_kinds[p->queue_kind], p->queue, p->queue_first, p->queue_end, p->queue_room,
		p->queue_items);
	if (p->item_bytes)
		fprintf(to, ",\"item\":{\"bytes\":%u,\"task\":%u}", p->item_bytes, p->item_task);
	else
		fputs(",\"item\":null", to);
	json_tag(to, "variant", &p->variant);
	json_count(to, "threads", &p->threads);
	json_count(to, "idle", &p->idle);
	json_count(to, "limit", &p->limit);
	fputs(",\"roots\":[", to);
	for (uint32_t i = 0; i < p->roots; i++) {
		const struct hud_plan_pool_root *root = &p->root[i];

		fprintf(to, "%s{\"kind\":\"%s\",\"place\":%" PRId64 ",\"handle\":%u,\"pool\":%u",
			i ? "," : "", plan_names_scheduler(&r->names, root->kind), root->place,
			root->handle, root->pool);
		json_tag(to, "variant", &root->variant);
		json_count(to, "workers", &root->workers);
		fputc('}', to);
	}
	fputs("]}", to);
}

/* What hud-record tasks can read; null: nothing. */
static void json_tasks(FILE *to, const struct plan_runtime *r)
{
	const struct plan_tasks *tasks = &r->descent.tasks;
	size_t known = 0;

	if (!r->task_lists) {
		fputs(",\"tasks\":null", to);
		return;
	}
	for (size_t i = 0; i < tasks->types; i++)
		known += tasks->type[i].node != HUD_NO_NODE;
	fprintf(to,
		",\"tasks\":{\"searched\":%s,\"types\":%zu,\"known\":%zu,\"nodes\":%zu,"
		"\"edges\":%zu,\"vtables\":%zu,\"cut\":%s}",
		r->task_lists->roots ? "false" : "true", tasks->types, known, tasks->nodes,
		tasks->edges, tasks->dyns, r->descent.cut ? "true" : "false");
}

static void json_poll(FILE *to, const struct plan_names *names, const struct plan_poll *p)
{
	fprintf(to, "{\"address\":%" PRIu64 ",\"task\":", p->site.address);
	json_text(to, p->task);
	fputs(",\"file\":", to);
	json_text(to, p->file);
	if (p->line)
		fprintf(to, ",\"line\":%u", p->line);
	else
		fputs(",\"line\":null", to);
	fputs(",\"scheduler\":", to);
	json_text(to, plan_names_scheduler(names, p->site.kind));
	fprintf(to, ",\"blocking_pool\":%s,\"cheap\":%s}",
		!p->task && !p->scheduled                     ? "null"
		: p->site.site_flags & HUD_POLL_SITE_BLOCKING ? "true"
							      : "false",
		p->site.site_flags & HUD_POLL_SITE_CHEAP ? "true" : "false");
}

/* Functions that are called for every task. */
static void json_hooks(FILE *to, const struct plan_polls *polls)
{
	static const char *const names[] = {[HUD_HOOK_SPAWN] = "spawn",
					    [HUD_HOOK_BIND] = "spawn",
					    [HUD_HOOK_WAKE] = "wake",
					    [HUD_HOOK_END] = "end",
					    [HUD_HOOK_SCHEDULE] = "schedule"};

	fputs(",\"task_hooks\":[", to);
	for (size_t i = 0; i < polls->hooks; i++)
		fprintf(to, "%s{\"address\":%" PRIu64 ",\"hook\":\"%s\",\"cheap\":%s}",
			i ? "," : "", polls->hook[i].address, names[polls->hook[i].hook],
			polls->hook[i].hook_flags & HUD_HOOK_CHEAP ? "true" : "false");
	fputc(']', to);
}

/* A function that is known without a name, and what by. */
static void json_code(FILE *to, const struct hud_plan_code *code, bool follows)
{
	static const char *const names[] = {"poll",  "task", "closure", "in-place",
					    "enter", "pool", "worker",  "single"};
	bool more = false;

	fprintf(to, "%s{\"address\":%" PRIu64 ",\"bytes\":%" PRIu32 ",\"poll_site\":",
		follows ? "," : "", code->address, code->bytes);
	if (code->site)
		fprintf(to, "%" PRIu64, code->site);
	else
		fputs("null", to);
	fputs(",\"known_by\":[", to);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!(code->code_flags & 1u << i))
			continue;
		fprintf(to, "%s\"%s\"", more ? "," : "", names[i]);
		more = true;
	}
	fputs("]}", to);
}

static void json_runtime(FILE *to, const struct plan_runtime *r)
{
	if (!r->present) {
		fputs("null", to);
		return;
	}
	fputs("{\"name\":", to);
	json_text(to, r->names.name[NAME_RUNTIME]);
	json_version(to, "version", &r->version);
	json_version(to, "rustc", &r->compiler);
	fputs(",\"identity\":", to);
	if (r->identity)
		json_identity(to, r);
	else
		fputs("null", to);
	fputs(",\"pool\":", to);
	json_pool(to, r);
	json_tasks(to, r);
	fputs(",\"identity_problem\":", to);
	json_text(to, r->problem);
	fprintf(to, ",\"can_be_learned\":%s", r->block ? "true" : "false");
	fprintf(to, ",\"poll_sites_by\":\"%s\",\"poll_sites\":[",
		r->polls.by_shape ? "shape" : "symbols");
	for (size_t i = 0; i < r->polls.count; i++) {
		if (i)
			fputc(',', to);
		json_poll(to, &r->names, &r->polls.item[i]);
	}
	fputc(']', to);
	json_hooks(to, &r->polls);
	fputs(",\"functions\":[", to);
	for (size_t i = 0; i < r->codes.count; i++)
		json_code(to, &r->codes.item[i], i > 0);
	fputs("]}", to);
}

/* The build-id or hash as a member; `wanted` false: null. */
static void json_id(FILE *to, const char *name, const struct hud_plan *head, bool wanted)
{
	char id[BUILD_ID_TEXT_BYTES];

	fprintf(to, ",\"%s\":", name);
	if (wanted && head->build_id_bytes)
		json_text(to, build_id_text(head->build_id, head->build_id_bytes, id));
	else
		fputs("null", to);
}

static void json_number(FILE *to, const char *name, uint64_t value)
{
	fprintf(to, ",\"%s\":%" PRIu64, name, value);
}

void plan_print_json(FILE *to, const struct plan_built *b, const char *object, const char *output)
{
	const struct hud_plan_numbers *n = &b->numbers;

	fputs("{\"schema\":1,\"object\":", to);
	json_text(to, object);
	fputs(",\"output\":", to);
	json_text(to, output);
	json_id(to, "build_id", &b->head, !plan_by_hash(&b->head));
	json_id(to, "text_hash", &b->head, plan_by_hash(&b->head));
	fprintf(to, ",\"machine\":\"%s\"", b->head.machine == EM_X86_64 ? "x86_64" : "aarch64");
	fprintf(to, ",\"unwind_information\":%s", b->unwind_information ? "true" : "false");
	fprintf(to, ",\"damaged\":%s", b->damaged ? "true" : "false");
	json_number(to, "text_bytes", n->text_bytes);
	json_number(to, "fdes", n->fdes);
	json_number(to, "fdes_skipped", b->skipped);
	json_number(to, "rows", b->rows);
	json_number(to, "rules", b->rules);
	json_number(to, "rules_dropped", b->rules_dropped);
	json_number(to, "pages", b->pages);
	json_number(to, "plan_bytes", b->bytes);
	json_number(to, "kernel_bytes", b->content_bytes);
	json_number(to, "kernel_bytes_per_mib", bytes_per_mib(b));
	json_number(to, "build_ns", n->build_ns);
	json_number(to, "unsupported_bytes", n->unsupported_bytes);
	fprintf(to, ",\"unsupported_percent\":%.3f", plan_built_percent(b, n->unsupported_bytes));
	json_number(to, "gap_bytes", n->gap_bytes);
	fprintf(to, ",\"gap_percent\":%.3f", plan_built_percent(b, n->gap_bytes));
	fputs(",\"runtime\":", to);
	json_runtime(to, &b->runtime);
	fputs("}\n", to);
}
