// Counts what a thread allocates, in programs that link this target: it stands in front of the allocator of
// glibc. For measurements alone; no product links it.

#pragma once

#include <stdint.h>

/// Calls of `malloc`, `calloc`, `realloc` and the aligned ones by the calling thread so far.
uint64_t bifrost_thread_allocations(void);

/// Bytes that the process has allocated and not freed.
uint64_t bifrost_allocated_bytes(void);
