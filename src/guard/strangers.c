// strangers: see strangers.h.
#include "guard/strangers.h"

#include <stdio.h>
#include <string.h>

void guard_strangers_begin(struct guard_strangers *strangers, enum engine engine)
{
    for (size_t i = 0; i < strangers->count; i++) {
        strangers->list[i].here = strangers->list[i].here && strangers->list[i].engine != engine;
    }
}

int64_t guard_strangers_since(struct guard_strangers *strangers, enum engine engine,
                              const Quoin__V1__Stranger *stranger)
{
    char address[sizeof(strangers->list[0].address)];
    char identity[sizeof(strangers->list[0].identity)];
    size_t at = 0;
    (void)snprintf(address, sizeof(address), "%s", stranger->address);
    (void)snprintf(identity, sizeof(identity), "%s", stranger->identity);
    while (at < strangers->count && (strangers->list[at].engine != engine ||
                                     strcmp(strangers->list[at].address, address) != 0 ||
                                     strcmp(strangers->list[at].identity, identity) != 0)) {
        at++;
    }
    if (at == GUARD_STRANGERS_MAX) {
        return 0;
    }
    int64_t before = strangers->list[at].calls;
    if (at == strangers->count) {
        strangers->count++;
        strangers->list[at].engine = engine;
        memcpy(strangers->list[at].address, address, sizeof(address));
        memcpy(strangers->list[at].identity, identity, sizeof(identity));
        before = stranger->first_at < strangers->began ? stranger->calls : 0;
    }
    strangers->list[at].here = true;
    strangers->list[at].calls = stranger->calls;
    // Fewer than before: the engine was started anew.
    return stranger->calls < before ? stranger->calls : stranger->calls - before;
}

void guard_strangers_end(struct guard_strangers *strangers, enum engine engine)
{
    size_t kept = 0;
    for (size_t i = 0; i < strangers->count; i++) {
        if (strangers->list[i].here || strangers->list[i].engine != engine) {
            strangers->list[kept++] = strangers->list[i];
        }
    }
    strangers->count = kept;
}
