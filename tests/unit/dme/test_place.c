// The order in which a target is sent to, who gives way, and how a target that fails is held back.
#include "dme/place.h"

#include "dme/deliver.h"
#include "lib/tap.h"

static struct place_entry *add(struct place *place, int64_t id, enum alert_severity severity)
{
    const struct delivery_row row = { .id = id,
                                      .target = STR("t"),
                                      .answer = STR(""),
                                      .message_id = STR("m"),
                                      .subject = STR("s"),
                                      .body = STR("b"),
                                      .severity = severity };
    return dme_place_add(place, dme_place_entry(&row));
}

static void end(struct place *place, struct place_entry *entry)
{
    dme_place_take(place, entry);
    dme_place_entry_free(entry);
}

static void test_the_order(const int64_t ids[6])
{
    static const int64_t order[] = { 3, 6, 2, 5, 1, 4 }; // severity is the number modulo three
    struct place *place = dme_place_new("t");
    for (int at = 0; at < 6; at++) {
        CHECK(add(place, ids[at], (enum alert_severity)((ids[at] + 2) % 3)) == NULL);
    }
    CHECK(dme_place_find(place, 4) != NULL && dme_place_find(place, 7) == NULL);
    for (int at = 0; at < 6; at++) {
        struct place_entry *due = dme_place_due(place, 1);
        CHECK(due != NULL && due->row.id == order[at]);
        end(place, due);
    }
    CHECK(place->waiting == 0 && dme_place_due(place, 1) == NULL);
    CHECK(add(place, 9, ALERT_WARNING) == NULL && place->waiting == 1);
    dme_place_free(&place);
}

static void test_who_gives_way(void)
{
    struct place *place = dme_place_new("t");
    struct place_entry *gone = NULL;
    for (int64_t id = 1; id <= PLACE_WAITING_MAX; id++) {
        CHECK(add(place, id, id == 1 ? ALERT_INFORMATION : ALERT_WARNING) == NULL);
    }
    CHECK((gone = add(place, 2000, ALERT_CRITICAL)) != NULL && gone->row.id == 1);
    dme_place_entry_free(gone);
    CHECK((gone = add(place, 2001, ALERT_INFORMATION)) != NULL && gone->row.id == 2001); // itself
    dme_place_entry_free(gone);
    dme_place_find(place, 2)->sending = true;
    dme_place_find(place, 3)->asked = true;
    CHECK((gone = add(place, 2002, ALERT_WARNING)) != NULL && gone->row.id == 4);
    dme_place_entry_free(gone);
    CHECK((gone = add(place, 0, ALERT_WARNING)) != NULL && gone->row.id == 0); // the oldest
    dme_place_entry_free(gone);
    CHECK(place->waiting == PLACE_WAITING_MAX && place->dropped == 4);
    dme_place_free(&place);
}

static void test_a_target_is_held_back(void)
{
    struct place *place = dme_place_new("t");
    const struct place_try nobody = { .again = true, .answer = "nobody is there" };
    const struct place_try sent = { .ok = true, .answered = true, .answer = "204" };
    const struct place_try never = { .answered = true, .answer = "400" };
    int64_t now = 1000000;
    CHECK(add(place, 1, ALERT_CRITICAL) == NULL && add(place, 2, ALERT_WARNING) == NULL);
    struct place_entry *first = dme_place_find(place, 1);
    struct place_entry *other = dme_place_find(place, 2);
    place->flying = 1;
    CHECK(dme_place_due(place, now) == NULL); // one at a time
    place->flying = 0;
    dme_place_tried(place, first, &nobody, now);
    CHECK(first->row.state == DELIVERY_WAITS && first->row.tries == 1 && place->is_suspect);
    CHECK(dme_place_due(place, now + 4999) == NULL); // the other one neither
    CHECK(dme_place_due(place, now + 5000) == first);
    int64_t held = 0;
    for (int failed = 0; failed < 20; failed++) {
        now += 1000000;
        dme_place_tried(place, other, &nobody, now);
        other->row.tries = 1;
        other->row.state = DELIVERY_WAITS;
        CHECK(place->held_until - now >= held && place->held_until - now <= PLACE_HELD_MAX_MS);
        held = place->held_until - now;
    }
    CHECK(held == PLACE_HELD_MAX_MS);
    other->asked = true; // by a person: at once, but for what it waits for itself
    other->row.next_try = 0;
    CHECK(dme_place_due(place, now) == other);
    first->row.next_try = now + 3600000;
    dme_place_tried(place, other, &sent, now);
    CHECK(other->row.state == DELIVERY_DONE && !place->is_suspect);
    end(place, other);
    CHECK(dme_place_due(place, now) == first); // somebody is there again: at once
    dme_place_tried(place, first, &never, now);
    CHECK(first->row.state == DELIVERY_GIVEN_UP && place->held_until == 0);
    dme_place_free(&place);
}

static void test_a_day_and_slowness(void)
{
    struct place *place = dme_place_new("t");
    const struct place_try busy = { .answered = true, .again = true, .answer = "503" };
    const struct place_try slow = { .ok = true, .took_ms = PLACE_SLOW_MS, .answer = "ok" };
    CHECK(add(place, 1, ALERT_WARNING) == NULL && add(place, 2, ALERT_WARNING) == NULL);
    struct place_entry *one = dme_place_find(place, 1);
    int tries = 0;
    for (int64_t now = 1; one->row.state == DELIVERY_WAITS; now = one->row.next_try) {
        dme_place_tried(place, one, &busy, now);
        tries++;
        CHECK(!one->unheard);
    }
    CHECK(one->row.state == DELIVERY_GIVEN_UP && tries <= DELIVER_TRIES_MAX && tries > 8);
    struct place_entry *other = dme_place_find(place, 2);
    dme_place_tried(place, other, &(struct place_try){ .again = true, .answer = "" },
                    PLACE_DAY_MS + 1);
    CHECK(other->row.state == DELIVERY_GIVEN_UP); // it is a day old
    dme_place_forgive(place);
    CHECK(place->held_until == 0 && place->failures == 0 && !place->is_suspect);
    other->row.state = DELIVERY_WAITS;
    dme_place_tried(place, other, &slow, 1);
    CHECK(other->row.state == DELIVERY_DONE && place->is_suspect);
    dme_place_free(&place);
}

int main(void)
{
    test_the_order((const int64_t[]){ 1, 2, 3, 4, 5, 6 });
    test_the_order((const int64_t[]){ 6, 5, 4, 3, 2, 1 }); // as a restart reads them
    test_the_order((const int64_t[]){ 4, 1, 6, 2, 5, 3 });
    test_who_gives_way();
    test_a_target_is_held_back();
    test_a_day_and_slowness();
    return tap_done();
}
