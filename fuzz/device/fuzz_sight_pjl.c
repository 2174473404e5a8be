// Whatever comes back from port 9100: plain texts, levels in their bounds, counts that are counts.
#include "device/truth.h"

#include "base/enc.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct arena arena = ARENA_CAP(1 << 20);
    struct device_sight sight;
    struct device_truth truth;
    device_sight_pjl((struct str){ (const char *)bytes, len }, 1, &arena, &sight);
    assert(enc_is_plain(sight.console) && enc_is_plain(sight.make_and_model));
    for (size_t i = 0; i < sight.count_count; i++) {
        assert(sight.counts[i].count >= 0 && sight.counts[i].count <= UINT32_MAX);
    }
    device_truth(&sight, 1, NULL, &arena, &truth);
    assert(truth.state == DEVICE_AWAY || sight.trouble.len == 0);
    arena_free(&arena);
    return 0;
}
