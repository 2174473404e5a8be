// clock: what clocks show at the site: CAS knows its zone, and is asked again now and then.
//
// no unit test: needs the engines; tests/it/test_browser.py reads times off the pages.

#include "web/web_int.h"

#include "base/clk.h"
#include "calendar/load.h"
#include "proto/quota.pb-c.h"

enum { ZONE_EVERY_MS = 60000, ZONE_ARENA_MAX = 1 << 20 };

static void take_zone(struct web *web, struct str name)
{
    struct arena arena = ARENA_CAP(ZONE_ARENA_MAX);
    const struct calendar_zone *zone = NULL;
    struct err ignored; // the one of before stays, or UTC
    if (calendar_zone_load(name, &arena, &zone, &ignored)) {
        arena_free(&web->zone_arena);
        web->zone_arena = arena;
        web->zone = zone;
    } else {
        arena_free(&arena);
    }
}

const struct calendar_zone *web_zone(struct web *web)
{
    char here[CALENDAR_NAME_MAX + 1];
    if (web->zone == NULL) {
        calendar_zone_here(here);
        take_zone(web, str_of(here));
    }
    return web->zone == NULL ? calendar_zone_utc() : web->zone;
}

static void on_time(void *arg, const struct wire_answer *answer)
{
    struct web *web = arg;
    const Quoin__V1__SiteTime *time = (const Quoin__V1__SiteTime *)answer->reply;
    if (time == NULL) {
        web->zone_ms = 0; // with the next tick
        return;
    }
    if (time->zone[0] != '\0' && strcmp(time->zone, calendar_zone_name(web_zone(web))) != 0) {
        take_zone(web, str_of(time->zone));
    }
}

void web_zone_look(struct web *web)
{
    Quoin__V1__GetSiteTimeRequest request = QUOIN__V1__GET_SITE_TIME_REQUEST__INIT;
    if (web->zone_ms != 0 && clk_mono_ms() - web->zone_ms < ZONE_EVERY_MS) {
        return;
    }
    web->zone_ms = clk_mono_ms();
    (void)wire_ask(web_cas(web), "/quoin.v1.Quotas/GetSiteTime", &request.base, 0, on_time, web);
}
