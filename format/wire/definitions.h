/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_FORMAT_WIRE_DEFINITIONS_H
#define HUD_FORMAT_WIRE_DEFINITIONS_H

#include "format/wire/chunk.h"

/* Repeated in every chunk that uses them; ids are scoped to the capture. */
enum hud_definition_type {
	HUD_SESSION = 1,
	HUD_STRING = 2,
	HUD_PROCESS = 3,
	HUD_MAPPING = 4,
	HUD_THREAD = 5,
	HUD_USER_STACK = 6,
	HUD_KERNEL_STACK = 7,
};

/* How the recording was made. In every chunk, first. */
struct hud_session {
	struct hud_record head;
	uint64_t start_ns;          /* CLOCK_MONOTONIC when recording began */
	uint64_t start_realtime_ns; /* CLOCK_REALTIME at that moment */
	uint64_t threshold_ns;      /* off-CPU spans at or over it are events of their own */
	uint32_t sample_hz;         /* samples of each CPU a second */
	uint32_t profile_hz;        /* of these: profile samples (HUD_SAMPLE_PROFILE) */
	uint32_t cpus;              /* online when recording began */
	uint32_t machine;           /* ELF e_machine of the host: 62 x86-64, 183 AArch64 */
	uint32_t source;            /* enum hud_source: the best source this recording had */
	uint32_t page_bytes;
	uint32_t kernel;         /* string: uname -r */
	uint32_t recorder;       /* string: version of hud-record */
	uint32_t command;        /* string: the target as named on the command line; 0 none */
	uint32_t features;       /* enum hud_feature bits */
	uint32_t workers_prefix; /* string: --workers; 0 none */
	uint32_t window_ms;      /* length of a HUD_WINDOW */
};
HUD_ASSERT_SIZE(struct hud_session, 80);
HUD_ASSERT_OFFSET(struct hud_session, kernel, 56);

enum hud_source {
	HUD_SOURCE_STACK = 1,   /* offline: polls and parks are distinguished by stacks */
	HUD_SOURCE_PASSIVE = 2, /* from the runtime's state, read at each sample */
	HUD_SOURCE_EXACT = 3,   /* and probes see the start of each poll (--polls) */
};

enum hud_feature {
	/* the stack of a sleep is taken when the thread is switched in again */
	HUD_FEATURE_STACK_AT_SWITCH_IN = 1u << 0,
	HUD_FEATURE_OPEN_SPANS = 1u << 1, /* sleepers that never wake are found, with stacks */
	/* Samples come at scheduler ticks, and when a poll seen at a tick reaches the threshold. */
	HUD_FEATURE_SAMPLES_AT_TICKS = 1u << 2,
};

/* Text; not terminated; `bytes` of it, then padding to 8. Id 0 is never defined: "none". */
struct hud_string {
	struct hud_record head;
	uint32_t id;
	uint32_t bytes;
	char text[];
};
HUD_ASSERT_SIZE(struct hud_string, 16);

/* One process image: exec makes a new one with the same pid. */
struct hud_process {
	struct hud_record head;
	uint32_t id;
	uint32_t pid;      /* in the initial pid namespace */
	uint64_t start_ns; /* first seen */
	uint32_t name;     /* string: comm of the leader */
	uint32_t exe;      /* string: path of the executable as the target sees it */
};
HUD_ASSERT_SIZE(struct hud_process, 32);

enum hud_mapping_flags {
	HUD_MAPPING_VDSO = 1u << 0,
	HUD_MAPPING_ANONYMOUS = 1u << 1, /* executable memory without a file: JIT and the like */
};

/* An executable mapping of a process, valid from `from_ns` until one that overlaps it. */
struct hud_mapping {
	struct hud_record head;
	uint32_t process;
	uint32_t id;             /* unique in the capture */
	uint64_t start;          /* first address */
	uint64_t end;            /* one past the last */
	uint64_t offset;         /* in the file */
	uint64_t from_ns;        /* first seen */
	uint32_t path;           /* string, as the target sees it */
	uint16_t build_id_bytes; /* 0: none known */
	uint16_t mapping_flags;
	/* or a hash of the code: format/elf/text_hash.h */
	uint8_t build_id[HUD_BUILD_ID_BYTES_MAX];
};
HUD_ASSERT_SIZE(struct hud_mapping, 88);

/* A thread; defined anew when it is renamed. */
struct hud_thread {
	struct hud_record head;
	uint32_t tid; /* in the initial pid namespace */
	uint32_t process;
	uint64_t from_ns; /* this name holds from here */
	uint32_t comm;    /* string */
	uint32_t reserved;
};
HUD_ASSERT_SIZE(struct hud_thread, 32);

/* Why a walk up a stack ended. */
enum hud_stack_stop {
	HUD_STOP_END = 0,   /* the kernel's frame-pointer walk found nothing further */
	HUD_STOP_DEPTH = 1, /* it had as many frames as fit */
	HUD_STOP_ROOT = 2,  /* the outermost frame: the stack is complete */
	/* code in no known mapping: JIT, or a mapping that is gone */
	HUD_STOP_NO_MAPPING = 3,
	HUD_STOP_READ_FAILED = 4,      /* the thread's memory could not be read */
	HUD_STOP_NO_FRAME_POINTER = 5, /* no unwind rows here, and no frame pointer */
	HUD_STOP_UNSUPPORTED = 6,      /* unwind rows of a kind that is not followed */
	HUD_STOP_NOT_ADVANCING = 7,    /* the caller's frame would lie below its callee's */
};

/* Innermost first: address 0 is the pc, the others are return addresses. */
struct hud_user_stack {
	struct hud_record head;
	uint32_t id;
	uint32_t process;
	uint16_t frames;
	uint16_t stop; /* enum hud_stack_stop */
	/* 1 + index of the innermost frame left by its frame pointer; 0: all by unwind rows.
	   If that frame's code keeps no frame pointer, its caller is missing after it. */
	uint32_t frame_pointer_from;
	uint64_t address[];
};
HUD_ASSERT_SIZE(struct hud_user_stack, 24);

/* Innermost first; kernel names are resolved when recorded, since they cannot be later. */
struct hud_kernel_stack {
	struct hud_record head;
	uint32_t id;
	uint16_t frames;
	uint16_t stop;
	uint32_t function[]; /* strings, padded to 8 bytes */
};
HUD_ASSERT_SIZE(struct hud_kernel_stack, 16);

#endif
