// memory: keeps the process small. Once a process, from its start on.
#pragma once

// Before the first allocation: one arena, and what is freed goes back to the kernel.
void agent_memory_keep_small(void);
// Gives back what programs and libraries needed to start: code and constants, which are read anew
// from their files where they are needed again, and free heap.
void agent_memory_give_back(void);
