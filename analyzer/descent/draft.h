/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DESCENT_DRAFT_H
#define HUD_ANALYZER_DESCENT_DRAFT_H

#include "analyzer/base/id_map.h"
#include "analyzer/base/key_map.h"
#include "analyzer/base/text.h"
#include "analyzer/descent/descent.h"
#include "analyzer/descent/rules.h"
#include "analyzer/dwarf/type.h"

/* The table while it is made, of all types that can be reached: what these files share. */
struct draft_node {
	struct hud_plan_task_node node; /* its edges follow one another in `edge` */
	struct dwarf_entry type;
	bool stage;   /* the enum that a task's future is in */
	bool useful;  /* leads to something that is written */
	bool awaited; /* is awaited: its name is written even if it leads to nothing */
};

struct draft {
	struct descent_rules rules;
	const struct descent_names *names;
	struct dwarf_file *file;
	struct draft_node *node;
	size_t nodes, node_room, built;
	struct hud_plan_task_edge *edge;
	size_t edges, edge_room;
	struct id_map known;       /* by entry and stage: index + 1 */
	struct key_map containers; /* of units, by offset + 1: struct dwarf_containers */
	struct text path;          /* of the type that is being read */
	bool failed;               /* no memory */
	bool cut;
};

/* 0 or a negative errno, and then there is nothing to close. */
int draft_open(struct draft *d, struct dwarf_file *file, const struct descent_names *names);
void draft_close(struct draft *d);

/* The node of a type, which is read later. HUD_NO_NODE: it has none. */
uint32_t draft_node(struct draft *d, const struct dwarf_entry *type, bool stage);
/* Adds an edge to the node that is being read. */
void draft_edge(struct draft *d, uint32_t from, const struct hud_plan_task_edge *edge);

/* The full path of a type, valid until the next call; "" where it has no name. */
const char *draft_path(struct draft *d, const struct dwarf_entry *type);

/*
 * The pointer at any depth of a member ("": of the value itself), and what it leads to; of an Arc
 * or an Rc that is its value, whose offset then counts from the address. False: there is none.
 */
bool draft_pointer(struct draft *d, const struct dwarf_place *in, const char *name, uint32_t *at,
		   struct dwarf_place *target);

/* node.c: reads the type of a node. */
void draft_node_read(struct draft *d, uint32_t index);
/* leaf.c: of a type that the rules name. False: the members are not there. */
bool draft_leaf_read(struct draft *d, enum descent_word word, const struct rules_line *rule,
		     const struct dwarf_place *value, struct hud_plan_task_node *out);
/* set.c: futures that are awaited together. False: the members are not there. */
bool draft_list_read(struct draft *d, uint32_t index, const struct rules_line *rule,
		     const struct dwarf_place *value);
bool draft_slice_read(struct draft *d, uint32_t index, const struct dwarf_place *value);
/* local_set.c: what has tasks of its own. Where the members are not there it is not followed. */
void draft_local_set_read(struct draft *d, uint32_t index, const struct rules_line *rule,
			  const struct dwarf_place *value);
/* prune.c: leaves out what leads to nothing, and writes the rest. 0 or -ENOMEM. */
int draft_prune(struct draft *d, struct descent_table *out);

#endif
