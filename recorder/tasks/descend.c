/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include <string.h>

#include "format/base/array.h"
#include "format/wire/tasks.h"
#include "recorder/tasks/reader.h"

#define NS_PER_S 1000000000u

enum { POINTER_BYTES = 8, PART_BYTES_MAX = 1 << 16 };

/* What is written of what is awaited or kept. */
enum manner {
	PLAIN = 0,
	AWAITED = 1, /* a future that is awaited: its own type is written */
	KEPT = 2,    /* something that a coroutine keeps */
};

/* A way down one task. */
struct descent {
	struct task_reading *r;
	const struct task_region *cell;
	size_t frames_before;
	uint32_t steps, depth;
	bool finished;
	bool cut;
	bool failed; /* something cannot be read, or makes no sense */
};

/* A value of a node's type, and what is written around it. */
struct value {
	uint32_t node;
	const struct task_region *region;
	uint64_t offset;
	uint16_t level; /* of the frames */
	enum manner manner;
};

static void node_follow(struct descent *d, struct value v);

static const struct hud_plan_task_node *node_of(const struct descent *d, const struct value *v)
{
	return &d->r->plan->node[v->node];
}

static uint64_t number_at(struct descent *d, const struct value *v, uint64_t offset, size_t bytes)
{
	uint64_t number = 0;

	if (!task_region_number(v->region, v->offset + offset, bytes, &number))
		d->failed = true;
	return number;
}

static struct task_frame *frame_add(struct descent *d, const struct value *v,
				    enum hud_task_frame_kind kind)
{
	struct task_dump *dump = d->r->dump;
	const struct hud_plan_task_node *n = node_of(d, v);
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
	if (v->manner != AWAITED || (node_of(d, v)->node_flags & HUD_NODE_TRANSPARENT))
		return;
	frame_add(d, v, HUD_FRAME_FUTURE);
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
	node_follow(d, part);
}

static void struct_follow(struct descent *d, struct value *v)
{
	const struct hud_plan_task_node *n = node_of(d, v);

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
	const struct hud_plan_task_node *n = node_of(d, v);
	const struct hud_plan_task_edge *edge = d->r->plan->edge + n->first;
	bool otherwise = false;

	*tag = number_at(d, v, n->tag, n->tag_bytes);
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
	const struct hud_plan_task_node *n = node_of(d, v);
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
	const struct hud_plan_task_node *n = node_of(d, v);
	struct task_frame *f;
	uint32_t flags = 0;
	uint64_t tag;
	bool known;

	if (!variant_find(d, v, &tag, &known))
		return;
	for (uint32_t i = 0; i < n->edges; i++)
		if (edge_chosen(&d->r->plan->edge[n->first + i], known, tag))
			flags |= d->r->plan->edge[n->first + i].edge_flags;
	f = frame_add(d, v, HUD_FRAME_COROUTINE);
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

/* A copy of a value that lies elsewhere. NULL: it cannot be read, or there is no room. */
static const struct task_region *part_read(struct descent *d, uint64_t address, size_t bytes)
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
	if (bytes > PART_BYTES_MAX) {
		d->cut = true;
		return;
	}
	v.region = part_read(d, address, bytes);
	if (!v.region)
		return;
	v.offset = address - v.region->address;
	node_follow(d, v);
}

static void pointer_follow(struct descent *d, const struct value *v)
{
	const struct hud_plan_task_node *n = node_of(d, v);
	uint64_t address = number_at(d, v, n->tag, POINTER_BYTES);

	if (n->edges && d->r->plan->edge[n->first].node != HUD_NO_NODE)
		target_follow(d, v, d->r->plan->edge[n->first].node, address, v->manner);
}

static void dyn_follow(struct descent *d, const struct value *v)
{
	const struct hud_plan_task_node *n = node_of(d, v);
	uint64_t address = number_at(d, v, n->tag, POINTER_BYTES);
	uint64_t vtable = number_at(d, v, n->field[0], POINTER_BYTES);
	const struct hud_plan_task_dyn *dyn;

	if (d->failed || !address)
		return;
	dyn = plan_task_dyn(d->r->plan, vtable - d->r->dump->bias);
	if (!dyn || dyn->node == HUD_NO_NODE)
		frame_add(d, v, HUD_FRAME_DYN);
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
	const struct hud_plan_task_node *n = node_of(d, v);
	bool kept = v->manner == KEPT || n->leaf == HUD_LEAF_GUARD;
	struct task_frame *f = frame_add(d, v, kept ? HUD_FRAME_HOLD : HUD_FRAME_WAIT);

	if (!f)
		return;
	switch (n->leaf) {
	case HUD_LEAF_SET:
		break;
	case HUD_LEAF_SLEEP:
		f->number = number_at(d, v, n->field[0], 8) * NS_PER_S +
			    number_at(d, v, n->field[1], 4);
		break;
	case HUD_LEAF_FD:
		f->number = number_at(d, v, n->field[0], 4);
		break;
	case HUD_LEAF_ACQUIRE:
		f->resource = number_at(d, v, n->field[0], POINTER_BYTES);
		f->number = number_at(d, v, n->field[1], n->tag_bytes);
		permits_read(d, f, n->field[2]);
		break;
	case HUD_LEAF_JOIN:
		f->resource = number_at(d, v, n->field[0], POINTER_BYTES);
		if (f->resource && !joined_read(d, f->resource, &f->number))
			f->number = 0;
		break;
	default:
		f->resource = number_at(d, v, n->field[0], POINTER_BYTES);
		if (f->resource)
			f->resource += n->field[1];
		if (n->leaf == HUD_LEAF_GUARD && f->resource)
			permits_read(d, f, n->field[2]);
	}
}

static void node_follow(struct descent *d, struct value v)
{
	const struct task_limits *limits = d->r->dump->limits;

	if (d->failed || d->cut)
		return;
	if (++d->steps > limits->steps || ++d->depth > limits->depth) {
		d->cut = true;
		return;
	}
	switch (node_of(d, &v)->kind) {
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
	default:
		future_write(d, &v);
	}
	d->depth--;
}

/* The stage is an enum: is there a future in it? */
static void stage_follow(struct descent *d, struct value *v)
{
	const struct hud_plan_task_node *n = node_of(d, v);
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

enum task_outcome task_descend(struct task_reading *r, const struct task_vtable *vtable,
			       const struct task_region *cell, bool *finished)
{
	struct descent d = {.r = r, .cell = cell, .frames_before = r->dump->frames};
	struct value stage = {.region = cell};

	r->parts = 0;
	r->scratched = 0;
	*finished = false;
	if (!vtable->type)
		return TASK_UNKNOWN;
	stage.node = vtable->type->node;
	stage.offset = vtable->type->stage;
	stage_follow(&d, &stage);
	*finished = d.finished && !d.failed;
	return d.failed ? TASK_FAILED : d.cut ? TASK_CUT : TASK_READ;
}
