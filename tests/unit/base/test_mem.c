// New memory is zeroed, and a wipe leaves nothing.
#include "base/mem.h"

#include "lib/tap.h"

int main(void)
{
    char *bytes = mem_new(100);
    CHECK(bytes[0] == 0 && memcmp(bytes, bytes + 1, 99) == 0);
    bytes = mem_grow(bytes, 200);
    memcpy(bytes, "secret", 6);
    mem_wipe(bytes, 6);
    CHECK(memcmp(bytes, "\0\0\0\0\0\0", 6) == 0);
    free(bytes);
    return tap_done();
}
