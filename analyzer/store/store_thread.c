/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/store/store_thread.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdlib.h>

#define ROOM 256 /* jobs; more than there are blocks of rows */

struct store_thread {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct {
		int (*store)(void *what);
		void *what;
	} given[ROOM]; /* job n is at (n - 1) % ROOM */
	uint64_t last, done;
	uint64_t awaited; /* the waiting thread is woken when this job is done */
	int code;
	bool started, end;
};

static void *run(void *context)
{
	struct store_thread *t = context;

	pthread_mutex_lock(&t->lock);
	while (!t->end || t->done < t->last) {
		size_t next = t->done % ROOM;
		int code = t->code;

		if (t->done == t->last) {
			pthread_cond_wait(&t->changed, &t->lock);
			continue;
		}
		pthread_mutex_unlock(&t->lock);
		if (code == SQLITE_OK)
			code = t->given[next].store(t->given[next].what);
		pthread_mutex_lock(&t->lock);
		t->code = code;
		if (++t->done >= t->awaited)
			pthread_cond_broadcast(&t->changed);
	}
	pthread_mutex_unlock(&t->lock);
	return NULL;
}

int store_thread_open(struct store_thread **out)
{
	struct store_thread *t = calloc(1, sizeof(*t));
	sigset_t all, before;

	*out = t;
	if (!t)
		return -ENOMEM;
	pthread_mutex_init(&t->lock, NULL);
	pthread_cond_init(&t->changed, NULL);
	sigfillset(&all); /* signals go to the main thread */
	pthread_sigmask(SIG_SETMASK, &all, &before);
	t->started = !pthread_create(&t->thread, NULL, run, t);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return 0;
}

/* The lock is held. */
static void done_wait(struct store_thread *t, uint64_t number)
{
	t->awaited = number;
	while (t->done < number)
		pthread_cond_wait(&t->changed, &t->lock);
}

uint64_t store_thread_give(struct store_thread *t, int (*store)(void *what), void *what)
{
	uint64_t number;

	if (!t->started) {
		if (t->code == SQLITE_OK)
			t->code = store(what);
		return t->done = ++t->last;
	}
	pthread_mutex_lock(&t->lock);
	if (t->last - t->done == ROOM)
		done_wait(t, t->last - ROOM / 2);
	t->given[t->last % ROOM].store = store;
	t->given[t->last % ROOM].what = what;
	number = ++t->last;
	pthread_cond_broadcast(&t->changed);
	pthread_mutex_unlock(&t->lock);
	return number;
}

uint64_t store_thread_last(const struct store_thread *t)
{
	return t->last; /* only the giving thread writes it */
}

int store_thread_await(struct store_thread *t, uint64_t number, uint64_t later)
{
	int code;

	pthread_mutex_lock(&t->lock);
	if (t->done < number)
		done_wait(t, later > number ? later : number);
	code = t->code;
	pthread_mutex_unlock(&t->lock);
	return code;
}

void store_thread_close(struct store_thread *t)
{
	if (!t)
		return;
	pthread_mutex_lock(&t->lock);
	t->end = true;
	pthread_cond_broadcast(&t->changed);
	pthread_mutex_unlock(&t->lock);
	if (t->started)
		pthread_join(t->thread, NULL);
	pthread_cond_destroy(&t->changed);
	pthread_mutex_destroy(&t->lock);
	free(t);
}
