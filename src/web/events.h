// web/events: server-sent events (HTML 9.2): what changes is asked of each engine once and given to
// all streams that it concerns. A stream that is not read fast enough loses events and is told so
// ("lost"): it then asks anew.
#pragma once

#include <stddef.h>
#include <stdint.h>

struct web;
struct web_events;

struct web_events *web_events_new(struct web *web);
void web_events_free(struct web_events **events);
void web_events_tick(struct web *web); // twice a second
// Something of a person was changed: streams by its tokens end, and whose token still holds comes
// again.
void web_events_doubt(struct web *web, int64_t person);
void web_events_end(struct web *web); // finishes all streams: the server is ending
size_t web_events_count(const struct web *web);
