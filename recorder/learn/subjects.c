/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/learn/subjects.h"
#include "format/base/array.h"
#include "format/base/clock.h"

#include <stdlib.h>

#define PAUSE_NS (5 * NS_PER_S) /* before the next attempt; doubled each time */
#define PAUSE_MAX_NS (60 * NS_PER_S)
#define HALF_MAX 3 /* attempts that end with a part of the layout: some programs show no more */

void subjects_free(struct subjects *s)
{
	free(s->item);
	s->item = NULL;
	s->count = s->room = 0;
}

struct subject *subject_of(struct subjects *s, uint32_t object)
{
	if (object == OBJECT_NONE)
		return NULL;
	if (object >= s->count) {
		size_t more = object + 1 - s->count;

		if (!array_reserve(&s->item, s->count, more, &s->room, sizeof(*s->item)))
			return NULL;
		for (; s->count <= object; s->count++)
			s->item[s->count] = (struct subject) {.pause_ns = PAUSE_NS};
	}
	return &s->item[object];
}

/* May another attempt find something out that can be used? */
static bool attempt_wanted(const struct subjects *s, const struct process_image *image)
{
	uint32_t object = image->object;

	if (image->number >= IDENTITY_OBJECTS)
		return false;
	if (object < s->count && s->item[object].withdrawn)
		return false;
	if (object_learnable(s->objects, object))
		return true;
	return object_half_learned(s->objects, object) &&
	       (object >= s->count || s->item[object].half < HALF_MAX);
}

struct choice {
	struct subjects *subjects;
	const struct process_image *but;
	struct process_image image;
	uint64_t now_ns;
	uint64_t next_ns; /* of the chosen one */
	uint32_t rank;
	bool found;
};

static void choice_find(void *context, const struct process_image *image)
{
	struct choice *c = context;
	struct subject *s;
	uint32_t rank;

	if (!attempt_wanted(c->subjects, image) ||
	    (c->but && image->object == c->but->object && image->id == c->but->id))
		return;
	s = subject_of(c->subjects, image->object);
	if (!s || s->next_ns > c->now_ns)
		return;
	rank = image->id - s->process - 1; /* those before the last one come after all others */
	if (c->found &&
	    (image->object == c->image.object ? rank >= c->rank : s->next_ns >= c->next_ns))
		return;
	c->image = *image;
	c->next_ns = s->next_ns;
	c->rank = rank;
	c->found = true;
}

bool subjects_choose(struct subjects *s, const struct process_image *but, uint64_t now_ns,
		     struct process_image *out)
{
	struct choice c = {.subjects = s, .but = but, .now_ns = now_ns};

	process_table_images(s->processes, false, choice_find, &c);
	*out = c.image;
	return c.found;
}

struct successor {
	const struct subjects *subjects;
	const struct process_image *of;
	bool found;
};

static void successor_find(void *context, const struct process_image *image)
{
	struct successor *s = context;

	s->found |= image->object == s->of->object && image->id > s->of->id &&
		    attempt_wanted(s->subjects, image);
}

/*
 * Where several processes run one program, those that idle are passed over: a supervisor shows
 * nothing of what its workers do. One that idles is not avoided for that: it may wake at any time.
 */
void subjects_pause(struct subjects *s, const struct process_image *tried, bool idle,
		    uint64_t now_ns)
{
	struct subject *subject = &s->item[tried->object];
	struct successor next = {.subjects = s, .of = tried};

	process_table_images(s->processes, false, successor_find, &next);
	subject->process = tried->id;
	subject->next_ns = idle && next.found ? now_ns : now_ns + subject->pause_ns;
	if (!idle)
		subject->pause_ns =
			subject->pause_ns * 2 < PAUSE_MAX_NS ? subject->pause_ns * 2 : PAUSE_MAX_NS;
}
