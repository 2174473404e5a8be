// place: see place.h.

#include "dme/place.h"

#include "base/mem.h"
#include "dme/deliver.h"

#include <stdlib.h>

// How long after the first, second, … try of a delivery that failed.
static const int64_t waits_ms[DELIVER_TRIES_MAX - 1] = {
    5000, 30000, 120000, 600000, 1800000, 3600000, 7200000, 14400000, 21600000, 21600000, 21600000,
};

struct place *dme_place_new(const char *name)
{
    struct place *place = mem_new(sizeof(*place));
    size_t len = strlen(name);
    place->name = mem_new(len + 1);
    memcpy(place->name, name, len);
    return place;
}

void dme_place_free(struct place **place)
{
    struct place *old = *place;
    if (old == NULL) {
        return;
    }
    for (int severity = 0; severity < ALERT_SEVERITY_COUNT; severity++) {
        while (old->first[severity] != NULL) {
            struct place_entry *next = old->first[severity]->next;
            dme_place_entry_free(old->first[severity]);
            old->first[severity] = next;
        }
    }
    free(old->name);
    free(old);
    *place = NULL;
}

struct place_entry *dme_place_entry(const struct delivery_row *row)
{
    struct place_entry *entry = mem_new(sizeof(*entry));
    entry->arena = ARENA_CAP((size_t)4 * 64 * 1024);
    dme_delivery_copy(&entry->arena, row, &entry->row);
    entry->unheard = row->tries > 0; // of before a restart: nobody knows why it failed
    if (!arena_ok(&entry->arena)) {
        dme_place_entry_free(entry);
        return NULL;
    }
    return entry;
}

void dme_place_entry_free(struct place_entry *entry)
{
    arena_free(&entry->arena);
    free(entry);
}

// --- the order ----------------------------------------------------------------------------------

static void put_in(struct place *place, struct place_entry *entry)
{
    struct place_entry **first = &place->first[entry->row.severity];
    struct place_entry **last = &place->last[entry->row.severity];
    struct place_entry **at = first;
    if (*last != NULL && (*last)->row.id < entry->row.id) {
        at = &(*last)->next; // as with all that are new
    }
    while (*at != NULL && (*at)->row.id < entry->row.id) {
        at = &(*at)->next; // what a restart reads is newer first: found at once, too
    }
    entry->next = *at;
    *at = entry;
    if (entry->next == NULL) {
        *last = entry;
    }
    place->waiting++;
}

void dme_place_take(struct place *place, struct place_entry *entry)
{
    int severity = (int)entry->row.severity;
    struct place_entry *before = NULL;
    struct place_entry *at = place->first[severity];
    while (at != NULL && at != entry) {
        before = at;
        at = at->next;
    }
    if (at == NULL) {
        return;
    }
    if (before == NULL) {
        place->first[severity] = entry->next;
    } else {
        before->next = entry->next;
    }
    if (place->last[severity] == entry) {
        place->last[severity] = before;
    }
    entry->next = NULL;
    place->waiting--;
}

// What is being sent is not given up, nor what somebody asked for and waits for.
static struct place_entry *least(const struct place *place)
{
    for (int severity = 0; severity < ALERT_SEVERITY_COUNT; severity++) {
        for (struct place_entry *at = place->first[severity]; at != NULL; at = at->next) {
            if (!at->sending && !at->asked) {
                return at;
            }
        }
    }
    return NULL;
}

struct place_entry *dme_place_add(struct place *place, struct place_entry *entry)
{
    put_in(place, entry);
    if (place->waiting <= PLACE_WAITING_MAX) {
        return NULL;
    }
    struct place_entry *gives_way = least(place);
    gives_way = gives_way == NULL ? entry : gives_way;
    dme_place_take(place, gives_way);
    place->dropped++;
    return gives_way;
}

struct place_entry *dme_place_find(struct place *place, int64_t id)
{
    for (int severity = 0; severity < ALERT_SEVERITY_COUNT; severity++) {
        for (struct place_entry *at = place->first[severity]; at != NULL; at = at->next) {
            if (at->row.id == id) {
                return at;
            }
        }
    }
    return NULL;
}

struct place_entry *dme_place_due(const struct place *place, int64_t now)
{
    enum { FLYING_MAX = 1, FLYING_ASKED_MAX = 2 };
    bool held = place->flying >= FLYING_MAX || place->held_until > now;
    if (place->flying >= FLYING_ASKED_MAX) {
        return NULL;
    }
    struct place_entry *found = NULL;
    for (int severity = ALERT_SEVERITY_COUNT - 1; severity >= 0; severity--) {
        for (struct place_entry *at = place->first[severity]; at != NULL; at = at->next) {
            if (at->sending || at->row.next_try > now) {
                continue;
            }
            if (at->asked) {
                return at; // somebody waits for what comes of it
            }
            found = found == NULL && !held ? at : found;
        }
    }
    return found;
}

// --- what comes of a try ------------------------------------------------------------------------

static void entry_judge(struct place_entry *entry, const struct place_try *was, int64_t now)
{
    struct delivery_row *row = &entry->row;
    row->tries++;
    row->answer = arena_copy(&entry->arena, str_of(was->answer));
    row->next_try = 0;
    entry->asked = false;
    entry->unheard = !was->ok && !was->answered;
    if (was->ok) {
        row->state = DELIVERY_DONE;
    } else if (!was->again || row->tries >= DELIVER_TRIES_MAX || now - row->at > PLACE_DAY_MS) {
        row->state = DELIVERY_GIVEN_UP;
    } else {
        row->state = DELIVERY_WAITS;
        row->next_try = now + waits_ms[row->tries - 1];
    }
}

// What failed for nobody was there need not wait longer than for that.
static void heard(struct place *place)
{
    for (int severity = 0; severity < ALERT_SEVERITY_COUNT; severity++) {
        for (struct place_entry *at = place->first[severity]; at != NULL; at = at->next) {
            if (at->unheard && !at->sending) {
                at->row.next_try = 0;
            }
        }
    }
}

void dme_place_tried(struct place *place, struct place_entry *entry, const struct place_try *was,
                     int64_t now)
{
    static const int64_t held_ms[] = { 5000, 10000, 20000, 60000, 120000, PLACE_HELD_MAX_MS };
    enum { HELD_COUNT = sizeof(held_ms) / sizeof(held_ms[0]) };
    entry_judge(entry, was, now);
    place->is_suspect = (!was->ok && was->again) || was->took_ms >= PLACE_SLOW_MS;
    if (was->ok || !was->again) { // what is refused for good is refused by somebody who is there
        place->failures = 0;
        place->held_until = 0;
        if (was->ok) {
            heard(place);
        }
        return;
    }
    unsigned at = place->failures < HELD_COUNT ? place->failures : HELD_COUNT - 1;
    place->failures++;
    place->held_until = now + held_ms[at];
}

void dme_place_forgive(struct place *place)
{
    place->failures = 0;
    place->held_until = 0;
    place->is_suspect = false;
    heard(place);
}
