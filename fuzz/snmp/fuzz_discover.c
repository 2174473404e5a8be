// Whatever a v3 device answers to the first message: an engine of 5 to 32 bytes, or an error.
#include "snmp/snmp_int.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct snmp_engine engine = { .id_len = 0 };
    struct err err = { .code = ERR_NONE };
    bool ok =
        snmp_discover_read((struct str){ (const char *)bytes, len }, 0x11223344, &engine, &err);
    assert(ok ? engine.id_len >= 5 && engine.id_len <= SNMP_ENGINE_MAX && engine.boots <= INT32_MAX
              : engine.id_len == 0 && err.code == ERR_INVALID);
    return 0;
}
