/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * A library that is loaded before a program. One of its threads sleeps below a page of its stack
 * that never comes. It is of a file on a FUSE filesystem, mounted on the directory $ABSENT_PAGE for
 * this process only, whose server answers all but reads; or, if that is "userfaultfd", of one whose
 * handler does nothing.
 */
#include <err.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { PAGE = 4096, DEPTH = 8, STACK_BYTES = 64 * PAGE, ABSENT_BYTES = 3 * PAGE, FILE_NODE = 2 };

static int server = -1;
static volatile int deep;

static void answer(const struct fuse_in_header *to, int error, const void *data, size_t bytes)
{
	struct fuse_out_header head = {.error = error, .unique = to->unique};
	char out[512];

	head.len = (uint32_t)(sizeof(head) + bytes);
	memcpy(out, &head, sizeof(head));
	memcpy(out + sizeof(head), data, bytes);
	if (write(server, out, head.len) < 0)
		warn("FUSE operation %u", to->opcode);
}

static struct fuse_attr attributes(uint64_t node)
{
	return (struct fuse_attr) {.ino = node,
				   .size = ABSENT_BYTES,
				   .mode = node == FILE_NODE ? S_IFREG | 0600 : S_IFDIR | 0700,
				   .nlink = 1};
}

static void serve(const struct fuse_in_header *request)
{
	struct fuse_init_out begun = {.major = FUSE_KERNEL_VERSION,
				      .minor = 31,
				      .max_readahead = ABSENT_BYTES,
				      .max_write = PAGE};
	struct fuse_entry_out entry = {
		.nodeid = FILE_NODE, .entry_valid = 1000, .attr = attributes(FILE_NODE)};
	struct fuse_attr_out attr = {.attr_valid = 1000, .attr = attributes(request->nodeid)};
	struct fuse_open_out opened = {0};

	if (request->opcode == FUSE_INIT)
		answer(request, 0, &begun, sizeof(begun));
	else if (request->opcode == FUSE_LOOKUP)
		answer(request, 0, &entry, sizeof(entry));
	else if (request->opcode == FUSE_GETATTR)
		answer(request, 0, &attr, sizeof(attr));
	else if (request->opcode == FUSE_OPEN)
		answer(request, 0, &opened, sizeof(opened));
	else if (request->opcode != FUSE_READ && request->opcode != FUSE_FORGET &&
		 request->opcode != FUSE_INTERRUPT)
		answer(request, -38 /* ENOSYS */, "", 0);
}

/*
 * A process of its own, which ends with the other: that one could not end while it waits for itself
 * to close its file.
 */
static void requests_serve(void)
{
	static char request[64 * PAGE] __attribute__((aligned(8)));
	pid_t child = fork();

	if (child < 0)
		err(91, "no process");
	if (child)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (read(server, request, sizeof(request)) > 0)
		serve((const struct fuse_in_header *)request);
	_exit(0);
}

static __attribute__((noinline)) void sleep_at(int depth)
{
	volatile char frame[PAGE];

	frame[0] = (char)depth;
	if (depth)
		sleep_at(depth - 1);
	deep = 1;
	while (!depth)
		usleep(1500 * 1000);
	frame[1] = frame[0];
}

static void *sleep_deep(void *unused)
{
	sleep_at(DEPTH);
	return unused;
}

static int file_open(const char *directory)
{
	char text[128];

	server = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	snprintf(text, sizeof(text), "fd=%d,rootmode=40000,user_id=0,group_id=0", server);
	if (server < 0 || mount("absent", directory, "fuse", MS_NOSUID | MS_NODEV, text))
		err(90, "cannot mount a FUSE filesystem on %s", directory);
	requests_serve();
	close(server);
	snprintf(text, sizeof(text), "%s/file", directory);
	return open(text, O_RDWR | O_CLOEXEC);
}

/* Puts the page there. 0 or -1, with errno. */
static int fuse_page_map(void *at, const char *directory)
{
	int file = file_open(directory);

	if (file < 0)
		return -1;
	return mmap(at, ABSENT_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, file, 0) ==
			       MAP_FAILED
		       ? -1
		       : 0;
}

static int userfaultfd_page_map(void *at)
{
	struct uffdio_api api = {.api = UFFD_API};
	struct uffdio_register pages = {.range = {(uintptr_t)at, ABSENT_BYTES},
					.mode = UFFDIO_REGISTER_MODE_MISSING};
	int handler = (int)syscall(SYS_userfaultfd, O_CLOEXEC);

	if (handler < 0 || ioctl(handler, UFFDIO_API, &api) ||
	    mmap(at, ABSENT_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS,
		 -1, 0) == MAP_FAILED)
		return -1;
	return ioctl(handler, UFFDIO_REGISTER, &pages);
}

static void *stack_cut(void *kind)
{
	char *stack =
		mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pthread_attr_t attributes;
	char *page = stack + STACK_BYTES - 6 * PAGE;
	pthread_t thread;
	int error;

	pthread_attr_init(&attributes);
	pthread_attr_setstack(&attributes, stack, STACK_BYTES);
	if (pthread_create(&thread, &attributes, sleep_deep, NULL))
		errx(91, "no thread");
	while (!deep)
		usleep(1000);
	error = strcmp(kind, "userfaultfd") ? fuse_page_map(page, kind)
					    : userfaultfd_page_map(page);
	if (error)
		err(92, "cannot map a page that never comes");
	fputs("a page is absent\n", stderr);
	for (;;)
		pause(); /* the server ends with this thread */
}

__attribute__((constructor)) static void begin(void)
{
	char *kind = getenv("ABSENT_PAGE");
	pthread_t thread;

	/* Not in the other thread: a thread alone may have mounts of its own. */
	if (kind && (unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL)))
		err(90, "no mounts of its own");
	if (kind && pthread_create(&thread, NULL, stack_cut, kind))
		errx(93, "no thread");
}
