// Whatever a printer answers about events: the state stays one that can be gone on with, and the
// printer is not asked faster than it may be.
#include "ippc/subscription.h"

#include "base/arena.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct arena arena = ARENA_CAP(8 << 20);
    struct ipp_msg msg;
    struct err err;
    if (len > 1 && ipp_msg_decode((struct str){ (const char *)bytes + 1, len - 1 },
                                  &IPP_CAPS_RESPONSE, &arena, &msg, &err)) {
        struct ippc_subscription state = {
            .id = 7, .next = 3, .lease_ends_ms = 300000, .renew_ms = 150000
        };
        int64_t now = 1000;
        const struct ippc_subscription_answer answer = { .msg = &msg,
                                                         .took_ms =
                                                             (bytes[0] & 1) != 0 ? 5000 : 5 };
        (void)ippc_subscription_events(&msg);
        for (unsigned turn = 0; turn < 20; turn++) {
            uint32_t wait_ms = 0;
            now = now < state.due_ms ? state.due_ms : now;
            enum ippc_subscription_step step = ippc_subscription_next(&state, now, &wait_ms);
            assert(step != IPPC_SUBSCRIPTION_REST && wait_ms <= IPPC_SUBSCRIPTION_WAIT_MS);
            (void)ippc_subscription_took(&state, step, &answer, now);
            assert(state.id >= 0 && state.next >= 0);
            assert(step != IPPC_SUBSCRIPTION_ASK || state.due_ms > now || state.id == 0);
        }
    }
    arena_free(&arena);
    return 0;
}
