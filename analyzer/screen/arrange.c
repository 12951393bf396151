/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/screen/state.h"

#include <stdlib.h>
#include <string.h>

/* Which rows are seen, in which order. */

static int by_name(const struct model_site *a, const struct model_site *b)
{
	int order = strcmp(a->name ? a->name : "", b->name ? b->name : "");

	return order ? order : strcmp(a->cause ? a->cause : "", b->cause ? b->cause : "");
}

/* The larger figure first; then by name, so that equal ones keep their places. */
static int by_figure(int64_t first, int64_t second, const void *a, const void *b)
{
	if (first != second)
		return first > second ? -1 : 1;
	return by_name(a, b);
}

static int by_total(const void *a, const void *b)
{
	return by_figure(((const struct model_site *)a)->total_ns,
			 ((const struct model_site *)b)->total_ns, a, b);
}

static int by_polls(const void *a, const void *b)
{
	return by_figure(((const struct model_site *)a)->count,
			 ((const struct model_site *)b)->count, a, b);
}

static int by_p99(const void *a, const void *b)
{
	return by_figure(((const struct model_site *)a)->p99_ns,
			 ((const struct model_site *)b)->p99_ns, a, b);
}

static int by_max(const void *a, const void *b)
{
	return by_figure(((const struct model_site *)a)->max_ns,
			 ((const struct model_site *)b)->max_ns, a, b);
}

static int by_last(const void *a, const void *b)
{
	return by_figure(((const struct model_site *)a)->last_ns,
			 ((const struct model_site *)b)->last_ns, a, b);
}

static int by_names(const void *a, const void *b)
{
	return by_name(a, b);
}

static int (*const orders[SORTS])(const void *a, const void *b) = {
	[SORT_TOTAL] = by_total, [SORT_POLLS] = by_polls, [SORT_P99] = by_p99,
	[SORT_MAX] = by_max,     [SORT_LAST] = by_last,   [SORT_NAME] = by_names,
};

static bool has(const char *text, const char *part)
{
	return text && strcasestr(text, part);
}

static bool site_wanted(const struct screen *u, const struct model_site *s)
{
	return !u->filter[0] || has(s->name, u->filter) || has(s->file, u->filter) ||
	       has(s->tasks, u->filter) || has(s->causes, u->filter);
}

static bool task_wanted(const struct screen *u, const struct model_task *t)
{
	return !u->filter[0] || has(t->name, u->filter) || has(t->file, u->filter);
}

static void filter_rows(struct screen *u)
{
	struct model *m = &u->model;
	size_t kept = 0;

	for (size_t i = 0; i < m->site.count; i++) {
		if (site_wanted(u, &m->site.at[i]))
			m->site.at[kept++] = m->site.at[i];
	}
	m->site.count = kept;
	kept = 0;
	for (size_t i = 0; i < m->task.count; i++) {
		if (task_wanted(u, &m->task.at[i]))
			m->task.at[kept++] = m->task.at[i];
	}
	m->task.count = kept;
	kept = 0;
	for (size_t i = 0; i < m->life.count; i++) {
		if (!u->filter[0] || has(m->life.at[i].name, u->filter))
			m->life.at[kept++] = m->life.at[i];
	}
	m->life.count = kept;
}

const char *view_selected_name(const struct screen *u)
{
	size_t selected = (size_t)u->place[PANEL_SITES].selected;

	return selected < u->model.site.count ? u->model.site.at[selected].name : NULL;
}

void view_arrange(struct screen *u, const char *selected)
{
	struct model *m = &u->model;

	filter_rows(u);
	if (m->site.count)
		qsort(m->site.at, m->site.count, sizeof(*m->site.at), orders[u->sort]);
	for (size_t i = 0; selected && i < m->site.count; i++) {
		if (m->site.at[i].name && strcmp(m->site.at[i].name, selected) == 0) {
			u->place[PANEL_SITES].selected = (int)i;
			break;
		}
	}
}
