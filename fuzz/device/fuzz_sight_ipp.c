// Whatever a printer says of itself by IPP: what the codec takes, the sight survives.
#include "device/truth.h"

#include "base/enc.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct arena arena = ARENA_CAP(8 << 20);
    struct ipp_msg msg;
    struct err err;
    if (ipp_msg_decode((struct str){ (const char *)bytes, len }, &IPP_CAPS_RESPONSE, &arena, &msg,
                       &err)) {
        struct device_sight sight;
        struct device_truth truth;
        device_sight_ipp(&msg, 1, &arena, &sight);
        assert(sight.reason_count <= DEVICE_REASONS_MAX);
        for (size_t i = 0; i < sight.supply_count; i++) {
            assert(sight.supplies[i].level >= DEVICE_LEVEL_SOME && sight.supplies[i].level <= 100);
            assert(enc_is_plain(sight.supplies[i].name));
        }
        for (size_t i = 0; i < sight.reason_count; i++) {
            assert(enc_is_plain(sight.reasons[i].keyword) && enc_is_plain(sight.reasons[i].detail));
        }
        device_truth(&sight, 1, NULL, &arena, &truth);
        assert(truth.reason_count <= DEVICE_REASONS_MAX);
    }
    arena_free(&arena);
    return 0;
}
