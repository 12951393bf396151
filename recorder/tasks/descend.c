/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/tasks/descend.h"
#include "format/base/array.h"
#include "format/base/clock.h"
#include "format/wire/tasks.h"

#include <string.h>

uint64_t descent_number(struct descent *d, const struct value *v, uint64_t offset, size_t bytes)
{
	uint64_t number = 0;

	if (!task_region_number(v->region, v->offset + offset, bytes, &number))
		d->failed = true;
	return number;
}

struct task_frame *descent_frame(struct descent *d, const struct value *v,
				 enum hud_task_frame_kind kind)
{
	struct task_dump *dump = d->r->dump;
	const struct hud_plan_task_node *n = descent_node(d, v);
	struct task_frame *f;

	if (dump->frames - d->frames_before >= dump->limits->frames) {
		d->cut = true;
		return NULL;
	}
	if (!array_grow(&dump->frame, dump->frames, &dump->frame_room, sizeof(*f))) {
		d->r->no_memory = d->cut = true;
		return NULL;
	}
	f = &dump->frame[dump->frames++];
	*f = (struct task_frame) {
		.entry = n->entry, .kind = (uint8_t)kind, .leaf = n->leaf, .depth = v->level};
	return f;
}

/* The future's own type, where it is awaited. What it awaits lies below that. */
static void future_write(struct descent *d, struct value *v)
{
	if (v->manner != AWAITED || (descent_node(d, v)->node_flags & HUD_NODE_TRANSPARENT))
		return;
	descent_frame(d, v, HUD_FRAME_FUTURE);
	v->level++;
	v->manner = PLAIN;
}

static void part_follow(struct descent *d, const struct value *v,
			const struct hud_plan_task_edge *e)
{
	struct value part = *v;

	if (e->node == HUD_NO_NODE)
		return;
	part.node = e->node;
	part.offset += e->offset;
	if (e->edge_flags & HUD_EDGE_AWAITED)
		part.manner = AWAITED;
	if (e->edge_flags & HUD_EDGE_HELD)
		part.manner = KEPT;
	descent_follow(d, part);
}

static void struct_follow(struct descent *d, struct value *v)
{
	const struct hud_plan_task_node *n = descent_node(d, v);

	future_write(d, v);
	for (uint32_t i = 0; i < n->edges; i++)
		part_follow(d, v, &d->r->plan->edge[n->first + i]);
}

/* Do the parts of this edge belong to the variant that is there? */
static bool edge_chosen(const struct hud_plan_task_edge *e, bool known, uint64_t tag)
{
	return e->edge_flags & HUD_EDGE_OTHERWISE ? !known : known && e->value == tag;
}

/* The variant that is there: whether the tag is one of those that are listed. False: none fits. */
static bool variant_find(struct descent *d, const struct value *v, uint64_t *tag, bool *known)
{
	const struct hud_plan_task_node *n = descent_node(d, v);
	const struct hud_plan_task_edge *edge = d->r->plan->edge + n->first;
	bool otherwise = false;

	*tag = descent_number(d, v, n->tag, n->tag_bytes);
	*known = false;
	for (uint32_t i = 0; i < n->edges; i++) {
		otherwise |= edge[i].edge_flags & HUD_EDGE_OTHERWISE;
		*known |= !(edge[i].edge_flags & HUD_EDGE_OTHERWISE) && edge[i].value == *tag;
	}
	if (!n->tag_bytes)
		*known = n->edges > 0;
	if (!*known && !otherwise)
		d->failed = true;
	return !d->failed;
}

static void enum_follow(struct descent *d, struct value *v)
{
	const struct hud_plan_task_node *n = descent_node(d, v);
	uint64_t tag;
	bool known;

	if (!variant_find(d, v, &tag, &known))
		return;
	future_write(d, v);
	for (uint32_t i = 0; i < n->edges; i++) {
		const struct hud_plan_task_edge *e = &d->r->plan->edge[n->first + i];

		if (edge_chosen(e, known, tag))
			part_follow(d, v, e);
	}
}

static void coroutine_follow(struct descent *d, struct value *v)
{
	const struct hud_plan_task_node *n = descent_node(d, v);
	struct task_frame *f;
	uint32_t flags = 0;
	uint64_t tag;
	bool known;

	if (v->manner == KEPT || !variant_find(d, v, &tag, &known))
		return;
	for (uint32_t i = 0; i < n->edges; i++)
		if (edge_chosen(&d->r->plan->edge[n->first + i], known, tag))
			flags |= d->r->plan->edge[n->first + i].edge_flags;
	f = descent_frame(d, v, HUD_FRAME_COROUTINE);
	if (!f)
		return;
	f->variant = tag;
	f->flags = (uint16_t)((flags & HUD_EDGE_START ? 0 : HUD_FRAME_STARTED) |
			      (flags & HUD_EDGE_SUSPENDED ? HUD_FRAME_SUSPENDED : 0));
	v->level++;
	v->manner = PLAIN;
	for (uint32_t i = 0; i < n->edges; i++) {
		const struct hud_plan_task_edge *e = &d->r->plan->edge[n->first + i];

		if (edge_chosen(e, known, tag))
			part_follow(d, v, e);
	}
}

/* The copy that holds these bytes already; NULL: none. */
static const struct task_region *part_find(const struct descent *d, uint64_t address, size_t bytes)
{
	const struct task_region *cell = d->cell;

	if (address >= cell->address && address - cell->address <= cell->bytes &&
	    bytes <= cell->bytes - (address - cell->address))
		return cell;
	for (size_t i = 0; i < d->r->parts; i++) {
		const struct task_region *p = &d->r->part[i];

		if (address >= p->address && address - p->address <= p->bytes &&
		    bytes <= p->bytes - (address - p->address))
			return p;
	}
	return NULL;
}

const struct task_region *descent_part(struct descent *d, uint64_t address, size_t bytes)
{
	struct task_reading *r = d->r;
	const struct task_region *known = part_find(d, address, bytes);
	uint8_t *copy = r->scratch + r->scratched;

	if (known)
		return known;
	if (r->parts == TASK_PARTS_MAX || bytes > TASK_SCRATCH_BYTES - r->scratched) {
		d->cut = true;
		return NULL;
	}
	if (!task_read(r, address, copy, bytes)) {
		d->failed = true;
		return NULL;
	}
	r->scratched += (bytes + 7) & ~(size_t)7;
	r->part[r->parts] = (struct task_region) {address, copy, bytes};
	return &r->part[r->parts++];
}

/* Goes on in a value of this node's type at an address. */
static void target_follow(struct descent *d, const struct value *from, uint32_t node,
			  uint64_t address, enum manner manner)
{
	const struct hud_plan_task_node *n = &d->r->plan->node[node];
	size_t bytes = n->kind == HUD_NODE_POINTER ? POINTER_BYTES : n->bytes;
	struct value v = {.node = node, .level = from->level, .manner = manner};

	if (!address || !bytes)
		return;
	if (bytes > HUD_PLAN_PART_BYTES_MAX) {
		d->cut = true;
		return;
	}
	v.region = descent_part(d, address, bytes);
	if (!v.region)
		return;
	v.offset = address - v.region->address;
	descent_follow(d, v);
}

static void pointer_follow(struct descent *d, const struct value *v)
{
	const struct hud_plan_task_node *n = descent_node(d, v);
	uint64_t address = descent_number(d, v, n->tag, POINTER_BYTES);

	if (n->edges && d->r->plan->edge[n->first].node != HUD_NO_NODE)
		target_follow(d, v, d->r->plan->edge[n->first].node, address, v->manner);
}

static void dyn_follow(struct descent *d, const struct value *v)
{
	const struct hud_plan_task_node *n = descent_node(d, v);
	uint64_t address = descent_number(d, v, n->tag, POINTER_BYTES);
	uint64_t vtable = descent_number(d, v, n->field[0], POINTER_BYTES);
	const struct hud_plan_task_dyn *dyn;

	if (d->failed || !address || v->manner == KEPT)
		return;
	dyn = plan_task_dyn(d->r->plan, vtable - d->r->dump->bias);
	if (!dyn || dyn->node == HUD_NO_NODE)
		descent_frame(d, v, HUD_FRAME_DYN);
	else
		target_follow(d, v, dyn->node, address, AWAITED);
}

/* The id of the task that a JoinHandle is of. */
static bool joined_read(struct descent *d, uint64_t header, uint64_t *id)
{
	const struct hud_plan_tasks *lists = d->r->plan->lists;
	const struct task_vtable *vtable;
	uint64_t at;

	if (!task_read_word(d->r, header + lists->vtable, &at))
		return false;
	vtable = task_vtable_at(d->r, at);
	return vtable && task_read_word(d->r, header + vtable->id, id);
}

/* Many wait for the same semaphore: it is read once in a dump, unless another took its place. */
static bool permits_word(struct task_reading *r, uint64_t address, uint64_t *out)
{
	struct task_permits *p = &r->permits[address / 8 % TASK_PERMITS];

	if (p->address != address) {
		if (!task_read_word(r, address, &p->word)) {
			p->address = 0;
			return false;
		}
		p->address = address;
	}
	*out = p->word;
	return true;
}

static void permits_read(struct descent *d, struct task_frame *f, uint32_t offset)
{
	uint64_t permits;

	if (offset == HUD_NO_OFFSET || d->r->confirming ||
	    !permits_word(d->r, f->resource + offset, &permits))
		return;
	f->permits = permits;
	f->flags |= HUD_FRAME_HAS_PERMITS;
}

static void leaf_write(struct descent *d, const struct value *v)
{
	const struct hud_plan_task_node *n = descent_node(d, v);
	bool kept = v->manner == KEPT || n->leaf == HUD_LEAF_GUARD;
	struct task_frame *f = descent_frame(d, v, kept ? HUD_FRAME_HOLD : HUD_FRAME_WAIT);

	if (!f)
		return;
	switch (n->leaf) {
	case HUD_LEAF_SET:
		break;
	case HUD_LEAF_SLEEP:
		f->number = descent_number(d, v, n->field[0], 8) * NS_PER_S +
			    descent_number(d, v, n->field[1], 4);
		break;
	case HUD_LEAF_FD:
		f->number = descent_number(d, v, n->field[0], 4);
		break;
	case HUD_LEAF_ACQUIRE:
		f->resource = descent_number(d, v, n->field[0], POINTER_BYTES);
		f->number = descent_number(d, v, n->field[1], n->tag_bytes);
		permits_read(d, f, n->field[2]);
		break;
	case HUD_LEAF_BROADCAST:
		if (!task_read_word(d->r,
				    descent_number(d, v, n->field[0], POINTER_BYTES) + n->field[1],
				    &f->resource))
			d->failed = true;
		else
			f->resource += n->field[2];
		break;
	case HUD_LEAF_JOIN:
		f->resource = descent_number(d, v, n->field[0], POINTER_BYTES);
		if (f->resource && !joined_read(d, f->resource, &f->number))
			f->number = 0;
		break;
	default:
		f->resource = descent_number(d, v, n->field[0], POINTER_BYTES);
		if (f->resource)
			f->resource += n->field[1];
		if (n->leaf == HUD_LEAF_GUARD && f->resource)
			permits_read(d, f, n->field[2]);
	}
}

void descent_follow(struct descent *d, struct value v)
{
	const struct task_limits *limits = d->r->dump->limits;

	if (d->failed || d->cut || d->moved)
		return;
	if (++d->steps > limits->steps || ++d->depth > limits->depth) {
		d->cut = true;
		return;
	}
	switch (descent_node(d, &v)->kind) {
	case HUD_NODE_STRUCT:
		struct_follow(d, &v);
		break;
	case HUD_NODE_ENUM:
		enum_follow(d, &v);
		break;
	case HUD_NODE_COROUTINE:
		coroutine_follow(d, &v);
		break;
	case HUD_NODE_POINTER:
		pointer_follow(d, &v);
		break;
	case HUD_NODE_DYN:
		dyn_follow(d, &v);
		break;
	case HUD_NODE_LEAF:
	case HUD_NODE_GUARD:
		leaf_write(d, &v);
		break;
	case HUD_NODE_LIST:
		descent_list(d, &v);
		break;
	case HUD_NODE_SLICE:
		descent_slice(d, &v);
		break;
	case HUD_NODE_TASKS:
		descent_local_set(d, &v);
		future_write(d, &v);
		break;
	default:
		future_write(d, &v);
	}
	d->depth--;
}

/* The stage is an enum: is there a future in it? */
static void stage_follow(struct descent *d, struct value *v)
{
	const struct hud_plan_task_node *n = descent_node(d, v);
	bool known, running = false;
	uint64_t tag;

	if (!variant_find(d, v, &tag, &known))
		return;
	for (uint32_t i = 0; i < n->edges; i++) {
		const struct hud_plan_task_edge *e = &d->r->plan->edge[n->first + i];

		if (!edge_chosen(e, known, tag))
			continue;
		running |= (e->edge_flags & HUD_EDGE_RUNNING) != 0;
		part_follow(d, v, e);
	}
	d->finished = !running;
}

static enum task_outcome outcome_of(const struct descent *d)
{
	return d->failed ? TASK_FAILED : d->moved ? TASK_MOVING : d->cut ? TASK_CUT : TASK_READ;
}

enum task_outcome task_descend(struct task_reading *r, const struct task_vtable *vtable,
			       const struct task_region *cell, bool *finished, uint32_t *children)
{
	struct descent d = {.r = r, .cell = cell, .frames_before = r->dump->frames};
	struct value stage = {.region = cell};

	r->parts = 0;
	r->scratched = 0;
	*finished = false;
	*children = 0;
	if (!vtable->type)
		return TASK_UNKNOWN;
	stage.node = vtable->type->node;
	stage.offset = vtable->type->stage;
	stage_follow(&d, &stage);
	*finished = d.finished && !d.failed;
	*children = d.children;
	return outcome_of(&d);
}

enum task_outcome task_descend_main(struct task_reading *r, uint32_t node,
				    const struct task_region *future, uint32_t *children)
{
	struct descent d = {.r = r, .cell = future, .frames_before = r->dump->frames};

	r->parts = 0;
	r->scratched = 0;
	descent_follow(&d, (struct value) {.node = node, .region = future, .manner = AWAITED});
	*children = d.children;
	return outcome_of(&d);
}
