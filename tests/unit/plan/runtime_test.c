/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* A plan's data on the runtime agree with libdw on its types, and with symbols on its functions. */
#include "tests/unit/fixture/plan_fixture.h"

#include <dwarf.h>
#include <elf.h>
#include <elfutils/libdw.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdio.h>
#include <sys/stat.h>

#include "analyzer/base/embedded.h"
#include "format/wire/events.h"

#define MULTI "tokio::runtime::scheduler::multi_thread::worker::"
#define SINGLE "tokio::runtime::scheduler::current_thread::"

/* The demo's plan, and the demo opened with libdw. */
struct demo {
	int fd;
	struct unwind_object object;
	struct plan_built built;
	Dwarf *dwarf;
};

static bool demo_open(struct demo *d)
{
	d->fd = plan_file_open(HUD_DEMO);
	if (d->fd < 0) {
		print_message("%s: not here, not checked\n", HUD_DEMO);
		return false;
	}
	assert_int_equal(unwind_object_open(&d->object, d->fd), 0);
	assert_int_equal(plan_build(&d->built, &d->object, 0), 0);
	d->dwarf = dwarf_begin(d->fd, DWARF_C_READ);
	assert_non_null(d->dwarf);
	return true;
}

static void demo_close(struct demo *d)
{
	dwarf_end(d->dwarf);
	plan_built_free(&d->built);
	unwind_object_close(&d->object);
	close(d->fd);
}

/* The child with this name. */
static bool child_named(Dwarf_Die *in, const char *name, size_t length, Dwarf_Die *out)
{
	if (dwarf_child(in, out))
		return false;
	do {
		const char *own = dwarf_diename(out);

		if (own && strlen(own) == length && !strncmp(own, name, length) &&
		    (dwarf_tag(out) == DW_TAG_namespace ||
		     (dwarf_tag(out) == DW_TAG_structure_type && dwarf_haschildren(out)) ||
		     dwarf_tag(out) == DW_TAG_member))
			return true;
	} while (dwarf_siblingof(out, out) == 0);
	return false;
}

static bool below(Dwarf_Die unit, const char *path, Dwarf_Die *out)
{
	for (*out = unit;;) {
		const char *end = strstr(path, "::");
		Dwarf_Die next;

		if (!child_named(out, path, end ? (size_t)(end - path) : strlen(path), &next))
			return false;
		*out = next;
		if (!end)
			return true;
		path = end + 2;
	}
}

static Dwarf_Die type_of_path(Dwarf *dwarf, const char *path)
{
	Dwarf_Off offset = 0, next;
	Dwarf_Die unit, found;
	size_t header;

	while (dwarf_nextcu(dwarf, offset, &next, &header, NULL, NULL, NULL) == 0) {
		if (dwarf_offdie(dwarf, offset + header, &unit) && below(unit, path, &found))
			return found;
		offset = next;
	}
	fail_msg("libdw finds no %s", path);
	return found;
}

static uint64_t number(Dwarf_Die *die, unsigned int name)
{
	Dwarf_Attribute attribute;
	Dwarf_Word value;

	assert_non_null(dwarf_attr(die, name, &attribute));
	assert_int_equal(dwarf_formudata(&attribute, &value), 0);
	return value;
}

static Dwarf_Die type_of(Dwarf_Die *die)
{
	Dwarf_Attribute attribute;
	Dwarf_Die type;

	assert_non_null(dwarf_attr(die, DW_AT_type, &attribute));
	assert_non_null(dwarf_formref_die(&attribute, &type));
	return type;
}

/* The offset of "a.b.c" in a type. */
static uint64_t member(Dwarf *dwarf, const char *path, const char *members, Dwarf_Die *type)
{
	uint64_t offset = 0;

	*type = type_of_path(dwarf, path);
	for (const char *at = members; at;) {
		const char *end = strchr(at, '.');
		Dwarf_Die found;

		if (!child_named(type, at, end ? (size_t)(end - at) : strlen(at), &found))
			fail_msg("libdw finds no %s in %s", members, path);
		offset += number(&found, DW_AT_data_member_location);
		*type = type_of(&found);
		at = end ? end + 1 : NULL;
	}
	return offset;
}

static uint64_t offset_of(struct demo *d, const char *path, const char *members)
{
	Dwarf_Die type;

	return member(d->dwarf, path, members, &type);
}

/* The tag of the variant "None" of a member that is an Option. */
static struct hud_plan_tag none_of(struct demo *d, const char *path, const char *members)
{
	Dwarf_Die type, part, variant, held, discriminant;
	struct hud_plan_tag tag = {.offset = (uint32_t)member(d->dwarf, path, members, &type)};
	Dwarf_Attribute attribute;

	assert_int_equal(dwarf_child(&type, &part), 0);
	assert_int_equal(dwarf_tag(&part), DW_TAG_variant_part);
	assert_non_null(dwarf_attr(&part, DW_AT_discr, &attribute));
	assert_non_null(dwarf_formref_die(&attribute, &discriminant));
	tag.offset += (uint32_t)number(&discriminant, DW_AT_data_member_location);
	type = type_of(&discriminant);
	tag.bytes = (uint32_t)number(&type, DW_AT_byte_size);
	assert_int_equal(dwarf_child(&part, &variant), 0);
	do {
		if (dwarf_tag(&variant) == DW_TAG_variant &&
		    child_named(&variant, "None", strlen("None"), &held)) {
			tag.value = number(&variant, DW_AT_discr_value);
			return tag;
		}
	} while (dwarf_siblingof(&variant, &variant) == 0);
	fail_msg("libdw finds no None in %s", path);
	return tag;
}

static const struct hud_plan_scheduler *scheduler(const struct demo *d, uint32_t kind)
{
	const struct hud_plan_identity *identity = d->built.runtime.identity;

	assert_non_null(identity);
	for (uint16_t i = 0; i < identity->schedulers; i++)
		if (identity->scheduler[i].kind == kind)
			return &identity->scheduler[i];
	fail_msg("no scheduler of kind %u", kind);
	return NULL;
}

static void expect_tag(const struct hud_plan_tag *tag, struct hud_plan_tag expected)
{
	assert_int_equal(tag->offset, expected.offset);
	assert_int_equal(tag->bytes, expected.bytes);
	assert_int_equal(tag->value, expected.value);
}

static void the_core_of_a_worker_is_where_libdw_says(void **state)
{
	const struct hud_plan_scheduler *s;
	struct demo d;

	(void)state;
	if (!demo_open(&d))
		skip();
	s = scheduler(&d, HUD_SCHEDULER_MULTI_THREAD);
	assert_int_equal(s->core, offset_of(&d, MULTI "Context", "core.value.value"));
	assert_int_equal(s->tick, offset_of(&d, MULTI "Core", "tick"));
	assert_int_equal(s->lifo, offset_of(&d, MULTI "Core", "lifo_slot"));
	assert_int_equal(s->queue_kind, HUD_QUEUE_RING);
	assert_int_equal(s->queue, offset_of(&d, MULTI "Core", "run_queue.inner.ptr.pointer"));
	expect_tag(&s->parked, none_of(&d, MULTI "Core", "park"));
	demo_close(&d);
}

static void the_core_of_a_current_thread_runtime_is_where_libdw_says(void **state)
{
	const struct hud_plan_scheduler *s;
	struct demo d;

	(void)state;
	if (!demo_open(&d))
		skip();
	s = scheduler(&d, HUD_SCHEDULER_CURRENT_THREAD);
	assert_int_equal(s->core, offset_of(&d, SINGLE "Context", "core.value.value"));
	assert_int_equal(s->tick, offset_of(&d, SINGLE "Core", "tick"));
	assert_int_equal(s->lifo, HUD_NO_OFFSET);
	assert_int_equal(s->queue, offset_of(&d, SINGLE "Core", "tasks"));
	expect_tag(&s->parked, none_of(&d, SINGLE "Core", "driver"));
	demo_close(&d);
}

static void the_task_id_is_where_libdw_says(void **state)
{
	const struct hud_plan_identity *identity;
	struct demo d;

	(void)state;
	if (!demo_open(&d))
		skip();
	identity = d.built.runtime.identity;
	assert_non_null(identity);
	assert_true(identity->identity_flags & HUD_IDENTITY_KNOWN);
	assert_true(identity->identity_flags & HUD_IDENTITY_TASK_TAG);
	/* Tokio 1.24: an Option<u64>, with its tag before it, in one thread-local. */
	assert_int_equal(identity->task, identity->task_tag + 8);
	assert_int_equal(offset_of(&d, "tokio::runtime::context::Context", "current_task_id.value"),
			 32);
	demo_close(&d);
}

static void the_header_of_a_task_leads_to_its_poll_site_and_id(void **state)
{
	const struct hud_plan_identity *identity;
	struct demo d;

	(void)state;
	if (!demo_open(&d))
		skip();
	identity = d.built.runtime.identity;
	assert_non_null(identity);
	assert_true(identity->identity_flags & HUD_IDENTITY_HEADER);
	assert_int_equal(identity->task_vtable,
			 offset_of(&d, "tokio::runtime::task::core::Header", "vtable"));
	assert_int_equal(identity->task_id,
			 offset_of(&d, "tokio::runtime::task::raw::Vtable", "id_offset"));
	demo_close(&d);
}

/* Behind the two counters of an Arc. */
#define ARC_BYTES 16
#define POOL "tokio::runtime::blocking::pool::"

static void the_queue_of_the_blocking_pool_is_where_libdw_says(void **state)
{
	const struct hud_plan_pool *p;
	struct demo d;

	(void)state;
	if (!demo_open(&d))
		skip();
	p = d.built.runtime.pool;
	assert_non_null(p);
	assert_int_equal(p->queue_kind, HUD_QUEUE_WRAPPED);
	assert_int_equal(p->queue,
			 ARC_BYTES + offset_of(&d, POOL "Inner", "shared.__0.data.value.queue"));
	assert_int_equal(p->queue_first, offset_of(&d, POOL "Shared", "queue.tail") -
						 offset_of(&d, POOL "Shared", "queue"));
	assert_int_equal(p->queue_end, offset_of(&d, POOL "Shared", "queue.head") -
					       offset_of(&d, POOL "Shared", "queue"));
	assert_int_equal(p->queue_room, offset_of(&d, POOL "Shared", "queue.buf.cap") -
						offset_of(&d, POOL "Shared", "queue"));
	assert_int_equal(p->queue_items, offset_of(&d, POOL "Shared", "queue.buf.ptr") -
						 offset_of(&d, POOL "Shared", "queue"));
	assert_int_equal(p->item_task, offset_of(&d, POOL "Task", "task.raw.ptr"));
	assert_int_equal(p->item_bytes, 16);
	assert_int_equal(p->variant.bytes, 0);
	assert_int_equal(p->limit.offset, ARC_BYTES + offset_of(&d, POOL "Inner", "thread_cap"));
	assert_int_equal(p->threads.offset,
			 ARC_BYTES + offset_of(&d, POOL "Inner", "metrics.num_threads"));
	assert_int_equal(p->idle.offset,
			 ARC_BYTES + offset_of(&d, POOL "Inner", "metrics.num_idle_threads"));
	assert_int_equal(p->threads.bytes, 8);
	demo_close(&d);
}

static void a_thread_leads_to_the_pool_of_either_runtime(void **state)
{
	const struct hud_plan_pool_root *multi, *single;
	const struct hud_plan_identity *identity;
	struct demo d;

	(void)state;
	if (!demo_open(&d))
		skip();
	identity = d.built.runtime.identity;
	assert_int_equal(d.built.runtime.pool->roots, 2);
	multi = &d.built.runtime.pool->root[0];
	single = &d.built.runtime.pool->root[1];
	assert_int_equal(multi->kind, HUD_SCHEDULER_MULTI_THREAD);
	assert_int_equal(single->kind, HUD_SCHEDULER_CURRENT_THREAD);
	/* In the same variable as the task's id. */
	assert_int_equal(multi->place - identity->task_tag,
			 (int64_t)offset_of(&d, "tokio::runtime::context::Context", "handle") -
				 (int64_t)offset_of(&d, "tokio::runtime::context::Context",
						    "current_task_id.value"));
	assert_int_equal(single->place, multi->place);
	assert_int_equal(multi->variant.offset, single->variant.offset);
	assert_int_equal(multi->variant.value, 1);
	assert_int_equal(single->variant.value, 0);
	assert_int_equal(
		multi->pool,
		ARC_BYTES + offset_of(&d, "tokio::runtime::scheduler::multi_thread::handle::Handle",
				      "blocking_spawner"));
	assert_int_equal(single->pool,
			 ARC_BYTES + offset_of(&d, SINGLE "Handle", "blocking_spawner"));
	assert_int_equal(multi->workers.bytes, 8);
	assert_int_equal(single->workers.bytes, 0);
	demo_close(&d);
}

#define MULTI_HANDLE "tokio::runtime::scheduler::multi_thread::handle::Handle"

static void the_lists_of_tasks_are_where_libdw_says(void **state)
{
	const struct hud_plan_task_root *multi, *single;
	const struct hud_plan_tasks *lists;
	struct demo d;

	(void)state;
	if (!demo_open(&d))
		skip();
	lists = d.built.runtime.task_lists;
	assert_non_null(lists);
	assert_int_equal(lists->roots, 2);
	assert_int_equal(lists->owner,
			 offset_of(&d, "tokio::runtime::task::core::Header", "owner_id"));
	assert_int_equal(lists->trailer,
			 offset_of(&d, "tokio::runtime::task::raw::Vtable", "trailer_offset"));
	multi = &lists->root[0];
	single = &lists->root[1];
	assert_int_equal(multi->place, d.built.runtime.pool->root[0].place);
	assert_int_equal(multi->owner, ARC_BYTES + offset_of(&d, MULTI_HANDLE, "shared.owned.id"));
	assert_int_equal(multi->list, ARC_BYTES + offset_of(&d, MULTI_HANDLE, "shared.owned"));
	assert_int_equal(single->owner,
			 ARC_BYTES + offset_of(&d, SINGLE "Handle", "shared.owned.id"));
	assert_int_equal(multi->shards, HUD_NO_OFFSET);
	assert_int_equal(multi->last, multi->first + 8);
	demo_close(&d);
}

/* What the demo's tasks await: each kind of leaf, and nothing that leads nowhere. */
static void there_is_a_way_down_from_every_task(void **state)
{
	const struct plan_tasks *t;
	size_t leaf[HUD_LEAF_LAST + 1] = {0}, suspended = 0;
	struct demo d;

	(void)state;
	if (!demo_open(&d))
		skip();
	t = &d.built.runtime.descent.tasks;
	assert_int_equal(t->types, d.built.runtime.polls.count);
	for (size_t i = 0; i < t->types; i++) {
		assert_true(t->type[i].node < t->nodes);
		assert_int_equal(t->node[t->type[i].node].kind, HUD_NODE_ENUM);
	}
	for (size_t i = 0; i < t->nodes; i++)
		leaf[t->node[i].leaf]++;
	for (size_t i = 0; i < t->edges; i++)
		suspended += (t->edge[i].edge_flags & HUD_EDGE_SUSPENDED) != 0;
	assert_true(leaf[HUD_LEAF_SLEEP] && leaf[HUD_LEAF_ACQUIRE] && leaf[HUD_LEAF_JOIN]);
	assert_true(leaf[HUD_LEAF_GUARD] && leaf[HUD_LEAF_NOTIFIED]);
	assert_true(suspended > 20);
	assert_int_equal(plan_tasks_check(t), 0);
	assert_false(d.built.runtime.descent.cut);
	demo_close(&d);
}

/* Those found by symbols, and those found by the shape of vtables. */
static void poll_sites_are_found_with_and_without_symbols(void **state)
{
	struct plan_image image;
	struct plan_vtable *vtable;
	size_t count;
	struct demo d;

	(void)state;
	if (!demo_open(&d))
		skip();
	assert_false(d.built.runtime.polls.by_shape);
	assert_true(d.built.runtime.polls.count > 20);
	assert_int_equal(plan_image_read(&image, d.object.elf[0]), 0);
	assert_int_equal(plan_vtables_find(&image, &vtable, &count), 0);
	assert_int_equal(count, d.built.runtime.polls.count);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(vtable[i].function[PLAN_VTABLE_POLL],
				 d.built.runtime.polls.item[i].site.address);
	free(vtable);
	plan_image_close(&image);
	demo_close(&d);
}

static const struct plan_poll *poll_of(const struct plan_polls *polls, const char *task)
{
	for (size_t i = 0; i < polls->count; i++)
		if (polls->item[i].task && strstr(polls->item[i].task, task))
			return &polls->item[i];
	fail_msg("no site polls %s", task);
	return NULL;
}

/* The line of a source file of the demo that has this text. */
static uint32_t line_with(const char *path, const char *text)
{
	FILE *from = fopen(path, "r");
	char line[512];
	uint32_t count = 0;

	assert_non_null(from);
	while (fgets(line, sizeof(line), from)) {
		count++;
		if (strstr(line, text))
			break;
	}
	fclose(from);
	return count;
}

/* Of each kind the demo's Tokio has one function; there are two ways to wake a task. */
static void the_functions_that_every_task_goes_through_are_found(void **state)
{
	static const char *const name_of[] = {[HUD_HOOK_SPAWN] = "set_owner_id",
					      [HUD_HOOK_WAKE] = "wake_by_",
					      [HUD_HOOK_END] = "transition_to_complete",
					      [HUD_HOOK_SCHEDULE] = "schedule_task"};
	size_t seen[HUD_HOOK_LAST + 1] = {0};
	struct elf_symbols symbols;
	struct demo d;

	(void)state;
	if (!demo_open(&d))
		skip();
	assert_int_equal(elf_symbols_open(&symbols, d.object.elf[0], SHT_SYMTAB), 0);
	for (size_t i = 0; i < d.built.runtime.polls.hooks; i++) {
		const struct hud_plan_task_hook *hook = &d.built.runtime.polls.hook[i];
		const struct elf_symbol *symbol = elf_symbols_starting(&symbols, hook->address);

		assert_non_null(symbol);
		assert_non_null(name_of[hook->hook]);
		assert_non_null(strstr(symbol->name, name_of[hook->hook]));
		seen[hook->hook]++;
	}
	assert_int_equal(seen[HUD_HOOK_SPAWN], 1);
	assert_int_equal(seen[HUD_HOOK_WAKE], 2);
	assert_int_equal(seen[HUD_HOOK_END], 1);
	assert_int_equal(seen[HUD_HOOK_SCHEDULE], 1);
	elf_symbols_close(&symbols);
	demo_close(&d);
}

static void a_poll_site_has_the_type_of_its_task_and_its_source_line(void **state)
{
	const struct plan_polls *polls;
	const struct plan_poll *poll;
	struct demo d;

	(void)state;
	if (!demo_open(&d))
		skip();
	polls = &d.built.runtime.polls;
	poll = poll_of(polls, "demo::load::client::{async_fn_env#0}");
	assert_string_equal(poll->file, "src/load.rs");
	assert_int_equal(poll->line, line_with("examples/demo/src/load.rs", "async fn client("));
	assert_int_equal(poll->site.site_flags & HUD_POLL_SITE_BLOCKING, 0);
	assert_int_not_equal(poll->site.kind, 0);
	poll = poll_of(polls, "worker::{impl#0}::launch::{closure_env#0}");
	assert_true(poll->site.site_flags & HUD_POLL_SITE_BLOCKING);
	assert_int_equal(poll->site.kind, 0);
	demo_close(&d);
}

static void a_program_without_the_runtime_has_no_runtime_data(void **state)
{
	struct plan plan;

	(void)state;
	assert_true(plan_of_path("/proc/self/exe", &plan));
	assert_null(plan.identity);
	assert_int_equal(plan.poll_sites, 0);
	plan_free(&plan);
}

/* Where a section lies in the file. */
static bool section_range(Elf *elf, const char *wanted, uint64_t *start, uint64_t *bytes)
{
	Elf_Scn *section = NULL;
	size_t names;

	assert_int_equal(elf_getshdrstrndx(elf, &names), 0);
	while ((section = elf_nextscn(elf, section))) {
		GElf_Shdr header;

		assert_non_null(gelf_getshdr(section, &header));
		*start = header.sh_offset;
		*bytes = header.sh_size;
		if (!strcmp(elf_strptr(elf, names, header.sh_name), wanted))
			return true;
	}
	return false;
}

enum { ROUNDS = 12, CHANGES = 400 };

static void damage(uint8_t *image, size_t size, uint64_t start, uint64_t bytes, uint64_t *random)
{
	struct unwind_object object;
	struct plan_built built;
	uint8_t *copy = malloc(size);

	assert_non_null(copy);
	memcpy(copy, image, size);
	for (int i = 0; i < CHANGES; i++)
		copy[start + random_next(random) % bytes] = (uint8_t)random_next(random);
	if (!unwind_object_open_memory(&object, copy, size)) {
		if (!plan_build(&built, &object, 0))
			plan_built_free(&built);
		unwind_object_close(&object);
	}
	free(copy);
}

/* It must end with a plan or an error; ASan finds more. */
static void damaged_debug_information_does_no_harm(void **state)
{
	static const char *const sections[] = {".debug_info", ".debug_abbrev", ".debug_str",
					       ".symtab",     ".rela.dyn",     ".data.rel.ro",
					       ".debug_line"};
	uint64_t start, bytes, random = 88172645463325252u;
	struct stat st;
	uint8_t *image;
	struct demo d;

	(void)state;
	if (!demo_open(&d))
		skip();
	assert_int_equal(fstat(d.fd, &st), 0);
	image = malloc((size_t)st.st_size);
	assert_non_null(image);
	assert_int_equal(pread(d.fd, image, (size_t)st.st_size, 0), st.st_size);
	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
		if (!section_range(d.object.elf[0], sections[i], &start, &bytes) || !bytes)
			continue;
		for (int round = 0; round < ROUNDS; round++)
			damage(image, (size_t)st.st_size, start, bytes, &random);
	}
	free(image);
	demo_close(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_core_of_a_worker_is_where_libdw_says),
		cmocka_unit_test(the_core_of_a_current_thread_runtime_is_where_libdw_says),
		cmocka_unit_test(the_task_id_is_where_libdw_says),
		cmocka_unit_test(the_header_of_a_task_leads_to_its_poll_site_and_id),
		cmocka_unit_test(the_queue_of_the_blocking_pool_is_where_libdw_says),
		cmocka_unit_test(a_thread_leads_to_the_pool_of_either_runtime),
		cmocka_unit_test(the_lists_of_tasks_are_where_libdw_says),
		cmocka_unit_test(there_is_a_way_down_from_every_task),
		cmocka_unit_test(poll_sites_are_found_with_and_without_symbols),
		cmocka_unit_test(the_functions_that_every_task_goes_through_are_found),
		cmocka_unit_test(a_poll_site_has_the_type_of_its_task_and_its_source_line),
		cmocka_unit_test(a_program_without_the_runtime_has_no_runtime_data),
		cmocka_unit_test(damaged_debug_information_does_no_harm),
	};

	elf_version(EV_CURRENT);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
