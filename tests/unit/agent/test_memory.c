// What is given back is there when it is needed again, and what was written stays.
#include "agent/memory.h"

#include "lib/tap.h"

static int written = 7;
static const char constant[] = "constants";

static size_t resident_pages(void)
{
    size_t all = 0;
    size_t resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file != NULL) {
        char line[128] = "";
        char *end = line;
        CHECK(fread(line, 1, sizeof(line) - 1, file) > 0);
        all = strtoul(line, &end, 10);
        resident = strtoul(end, NULL, 10);
        (void)fclose(file);
    }
    return resident < all ? resident : 0;
}

int main(void)
{
    agent_memory_keep_small();
    char *heap = malloc(100);
    written++;
    memcpy(heap, "heap", 5);
    size_t before = resident_pages();
    agent_memory_give_back();
    CHECK(resident_pages() <= before && before > 0);
    CHECK(written == 8);
    CHECK(strcmp(constant, "constants") == 0);
    CHECK(strcmp(heap, "heap") == 0);
    agent_memory_give_back();
    CHECK(written == 8);
    free(heap);
    return tap_done();
}
