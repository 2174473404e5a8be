// memory: see memory.h.
#include "agent/memory.h"

#include <link.h>
#include <malloc.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

enum { MAP_BYTES = 32 << 10 };

void agent_memory_keep_small(void)
{
    (void)mallopt(M_ARENA_MAX, 1);
    (void)mallopt(M_MMAP_THRESHOLD, MAP_BYTES);
    (void)mallopt(M_TRIM_THRESHOLD, MAP_BYTES);
}

static int give_back(struct dl_phdr_info *info, size_t size, void *arg)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    (void)size;
    (void)arg;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &info->dlpi_phdr[i];
        if (part->p_type == PT_LOAD && (part->p_flags & PF_W) == 0) { // nobody wrote to it
            uintptr_t from = (info->dlpi_addr + part->p_vaddr) & ~(page - 1);
            uintptr_t to =
                (info->dlpi_addr + part->p_vaddr + part->p_memsz + page - 1) & ~(page - 1);
            (void)madvise((void *)from, to - from, MADV_DONTNEED); // refused: it stays
        }
    }
    return 0;
}

void agent_memory_give_back(void)
{
    (void)dl_iterate_phdr(give_back, NULL);
    (void)malloc_trim(0);
}
