/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_STORE_STORE_THREAD_H
#define HUD_ANALYZER_STORE_STORE_THREAD_H

#include <stdint.h>

/*
 * A thread that does one thing after the other, in the order they are given: it stores rows while the
 * next are read. An SQLite connection is for one thread at a time, so who gave it work that uses one
 * awaits the last of it before using the connection again.
 */
struct store_thread;

/* 0 or -ENOMEM. Where no thread is to be had, what is given is done at once. */
int store_thread_open(struct store_thread **out);

/*
 * To be done, after all that was given before; `store` returns SQLite's code. After the first that is
 * not SQLITE_OK nothing more is done. Returns a number to await it by; waits while too much is to do.
 */
uint64_t store_thread_give(struct store_thread *t, int (*store)(void *what), void *what);

/* The number of what was given last; 0: nothing. */
uint64_t store_thread_last(const struct store_thread *t);

/*
 * Until this and all before it are done. Who has to wait for it waits for `later` too, which was given
 * as well, or is 0: waking up for each costs more. SQLite's code of the first that failed.
 */
int store_thread_await(struct store_thread *t, uint64_t number, uint64_t later);

/* Waits for all that was given. NULL is fine. */
void store_thread_close(struct store_thread *t);

#endif
