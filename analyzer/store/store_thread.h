/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_STORE_STORE_THREAD_H
#define HUD_ANALYZER_STORE_STORE_THREAD_H

#include <stdint.h>

/*
 * A thread that runs jobs in the order they are given: it stores rows while the next ones are read.
 * Only one thread at a time may use an SQLite connection, so whoever gave it a job that uses one
 * must await the last such job before using the connection again.
 */
struct store_thread;

/* 0 or -ENOMEM. If no thread can be started, jobs run at once in store_thread_give(). */
int store_thread_open(struct store_thread **out);

/*
 * Queues the job store(what), which returns SQLite's code; after the first that is not SQLITE_OK no
 * job runs any more. Returns the number of the job. Waits while the queue is full.
 */
uint64_t store_thread_give(struct store_thread *t, int (*store)(void *what), void *what);

/* The number of the last job; 0: there was none. */
uint64_t store_thread_last(const struct store_thread *t);

/*
 * Waits until this job and all before it are done. If it has to wait at all, it waits for the job
 * `later` too (0: none), since waking up for each job costs more. SQLite's code of the first job
 * that failed.
 */
int store_thread_await(struct store_thread *t, uint64_t number, uint64_t later);

/* Waits for all jobs and frees it. `t` may be NULL. */
void store_thread_close(struct store_thread *t);

#endif
