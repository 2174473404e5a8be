// trust: how sure it is who sent a job, from nothing to proof; a queue says how much it wants.
// Pure; any thread.
#pragma once

#include "base/cc.h"
#include "base/str.h"
#include <stdbool.h>

enum trust {
    TRUST_NONE,          // nobody said who it is
    TRUST_CLAIMED,       // the client said so
    TRUST_ADDRESS,       // the address is one person's
    TRUST_AGENT,         // an agent on the person's machine said so
    TRUST_AUTHENTICATED, // proved
    TRUST_COUNT
};

const char *dre_trust_name(enum trust trust);
// What a job's record says of it; TRUST_NONE where that is no word of ours.
enum trust dre_trust_of(struct str name);
// What a queue may ask for: "claimed" to "authenticated"; "": "claimed". False: none of them.
bool dre_trust_read(struct str name, enum trust *trust) CC_MUST_USE;
