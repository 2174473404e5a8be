// identity: how sure it is whose a job is (dre/trust.h), by what its client showed at the door.
// Pure.
#pragma once

#include "base/buf.h"
#include "dre/trust.h"
#include "ippd/ippd.h"

// Proof counts first, then who says it; a name that nobody vouches for is claimed.
enum trust dre_identity_of(const struct ippd_asker *asker);

// What a stranger sent as a name or title, as text for people: UTF-8 without control characters, at
// most IPPD_NAME_MAX bytes, blanks around it cut. What is no UTF-8 is taken for ISO 8859-1, as
// clients of RFC 1179 and of PJL send. Borrowed from `to`, which is emptied first.
struct str dre_identity_text(struct str sent, struct buf *to);
