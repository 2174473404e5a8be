// trust: see trust.h.

#include "dre/trust.h"

static const char *const names[TRUST_COUNT] = {
    [TRUST_NONE] = "none",
    [TRUST_CLAIMED] = "claimed",
    [TRUST_ADDRESS] = "address",
    [TRUST_AGENT] = "agent",
    [TRUST_AUTHENTICATED] = "authenticated",
};

const char *dre_trust_name(enum trust trust)
{
    return names[trust];
}

enum trust dre_trust_of(struct str name)
{
    for (int trust = TRUST_NONE; trust < TRUST_COUNT; trust++) {
        if (str_eq(name, str_of(names[trust]))) {
            return (enum trust)trust;
        }
    }
    return TRUST_NONE;
}

bool dre_trust_read(struct str name, enum trust *trust)
{
    *trust = name.len == 0 ? TRUST_CLAIMED : dre_trust_of(name);
    return *trust != TRUST_NONE;
}
