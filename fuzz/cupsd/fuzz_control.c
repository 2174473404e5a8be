// Whatever lpstat says, and whatever stands in printers.conf.
#include "cupsd/control.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
    struct str text = { (const char *)data, size };
    struct cupsd_queue *queues = NULL;
    struct err err;
    if (cupsd_devices_read(text, &arena, &queues, &err)) {
        assert(queues == NULL || (queues->name != NULL && queues->uri != NULL));
    }
    (void)cupsd_conf_uri(text, STR("office"), &arena);
    return 0;
}
