// civil: the site's clock: its zone, the first day of its week, its terms, from the thing "time" of
// kind "site". Compiled once a change of the configuration.

#include "cas/cas_int.h"

#include "base/mem.h"
#include "calendar/load.h"
#include "proto/quota.pb-c.h"
#include <stdlib.h>

enum { CIVIL_ARENA_MAX = 1 << 20 };

struct cas_civil {
    struct arena arena; // of all below
    int64_t state;      // of the configuration that it was made from
    struct calendar_site site;
};

void cas_civil_free(struct cas_civil **civil)
{
    if (*civil != NULL) {
        arena_free(&(*civil)->arena);
        free(*civil);
        *civil = NULL;
    }
}

static bool civil_terms(const Quoin__V1__SiteTime *time, struct arena *arena,
                        struct calendar_site *site, struct err *err)
{
    struct calendar_term *terms = arena_new_array(arena, time->n_terms, sizeof(*terms));
    if (terms == NULL || time->n_terms > CALENDAR_TERMS_MAX) {
        return err_set(err, ERR_LIMIT, "a site has at most %d terms", CALENDAR_TERMS_MAX);
    }
    for (size_t i = 0; i < time->n_terms; i++) {
        const Quoin__V1__Term *from = time->terms[i];
        terms[i].name = arena_copy(arena, str_of(from->name));
        if (terms[i].name.len == 0 || !calendar_date_read(str_of(from->first), &terms[i].first) ||
            !calendar_date_read(str_of(from->last), &terms[i].last)) {
            return err_set(err, ERR_INVALID,
                           "term \"%.60s\" needs a name, a first and a last day such as 2026-09-01",
                           from->name);
        }
    }
    site->terms = terms;
    site->term_count = time->n_terms;
    return calendar_terms_check(terms, time->n_terms, err);
}

// The machine's own zone; UTC where it does not tell, or has no tz database: nobody asked for one.
static const struct calendar_zone *civil_zone_here(struct arena *arena)
{
    char here[CALENDAR_NAME_MAX + 1];
    const struct calendar_zone *zone;
    struct err unheard;
    calendar_zone_here(here);
    return calendar_zone_load(str_of(here), arena, &zone, &unheard) ? zone : calendar_zone_utc();
}

static bool civil_read(const Quoin__V1__SiteTime *time, struct arena *arena,
                       struct calendar_site *site, struct err *err)
{
    *site = (struct calendar_site){ .week_begins = 1, .zone = civil_zone_here(arena) };
    if (time->week_begins[0] != '\0') {
        site->week_begins = calendar_weekday_read(str_of(time->week_begins));
    }
    if (site->week_begins < 0) {
        return err_set(err, ERR_INVALID, "\"%.40s\" is no day that a week begins with: monday",
                       time->week_begins);
    }
    return (time->zone[0] == '\0' ||
            calendar_zone_load(str_of(time->zone), arena, &site->zone, err)) &&
           civil_terms(time, arena, site, err);
}

bool cas_site_time_check(const Quoin__V1__SiteTime *time, struct err *err)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(CIVIL_ARENA_MAX);
    struct calendar_site site;
    return civil_read(time, &arena, &site, err);
}

static bool civil_make(struct cas *cas, int64_t state, struct cas_civil *civil, struct err *err)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(CIVIL_ARENA_MAX);
    Quoin__V1__SiteTime none = QUOIN__V1__SITE_TIME__INIT;
    ProtobufCMessage *message = &none.base;
    struct config_thing thing;
    bool found;
    if (!config_get(cas->config, STR("site"), STR("time"), &arena, &thing, &found, err) ||
        (found &&
         !cas_unpack(&arena, &quoin__v1__site_time__descriptor, thing.body, &message, err))) {
        return false;
    }
    arena_free(&civil->arena);
    civil->state = -1;
    if (!civil_read((const Quoin__V1__SiteTime *)message, &civil->arena, &civil->site, err)) {
        return false;
    }
    civil->state = state;
    return true;
}

bool cas_site_time(struct cas *cas, const struct calendar_site **site, struct err *err)
{
    int64_t state;
    if (!config_state(cas->config, &state, err)) {
        return false;
    }
    if (cas->civil == NULL) {
        cas->civil = mem_new(sizeof(*cas->civil));
        cas->civil->arena = ARENA_CAP(CIVIL_ARENA_MAX);
        cas->civil->state = -1;
    }
    if (cas->civil->state != state && !civil_make(cas, state, cas->civil, err)) {
        return false;
    }
    *site = &cas->civil->site;
    return true;
}

bool cas_local_time(struct cas *cas, int64_t at, struct calendar_local *local, struct err *err)
{
    const struct calendar_site *site;
    if (!cas_site_time(cas, &site, err)) {
        return false;
    }
    *local = calendar_local_of(site->zone, at);
    return true;
}

// ---- asked and set ------------------------------------------------------------------------------

static bool civil_reply(struct cas *cas, struct cas_turn *turn, const ProtobufCMessage **reply,
                        struct err *err)
{
    const struct calendar_site *site;
    Quoin__V1__SiteTime *made = cas_message(turn->arena, &quoin__v1__site_time__descriptor);
    if (!cas_site_time(cas, &site, err)) {
        return false;
    }
    made->zone = cas_text(turn->arena, str_of(calendar_zone_name(site->zone)));
    made->week_begins = cas_text(turn->arena, str_of(calendar_weekday_name(site->week_begins)));
    made->n_terms = site->term_count;
    made->terms = arena_new_array(turn->arena, site->term_count, sizeof(*made->terms));
    for (size_t i = 0; i < site->term_count; i++) {
        const struct calendar_term *from = &site->terms[i];
        OWN(buf_free) struct buf days = BUF_CAP(64);
        made->terms[i] = cas_message(turn->arena, &quoin__v1__term__descriptor);
        made->terms[i]->name = cas_text(turn->arena, from->name);
        calendar_date_add_text(&days, from->first);
        calendar_date_add_text(&days, from->last);
        made->terms[i]->first = cas_text(turn->arena, (struct str){ days.ptr, 10 });
        made->terms[i]->last = cas_text(turn->arena, (struct str){ days.ptr + 10, 10 });
    }
    *reply = &made->base;
    return true;
}

CAS_CORE(cas_site_time_get)
{
    (void)ask;
    return civil_reply(cas, turn, reply, err);
}

CAS_CORE(cas_site_time_set)
{
    const Quoin__V1__SetSiteTimeRequest *set = (const Quoin__V1__SetSiteTimeRequest *)ask;
    OWN(arena_free) struct arena arena = ARENA_CAP(CIVIL_ARENA_MAX);
    struct calendar_site site;
    if (set->time == NULL) {
        return err_set(err, ERR_INVALID, "the request does not say what the site's time is");
    }
    const struct config_edit edit = { .kind = STR("site"),
                                      .name = STR("time"),
                                      .body = cas_pack(turn->arena, &set->time->base) };
    return civil_read(set->time, &arena, &site, err) &&
           cas_config_set(cas, turn, set->key, &edit, set->why, "the site's time", err) &&
           civil_reply(cas, turn, reply, err);
}
