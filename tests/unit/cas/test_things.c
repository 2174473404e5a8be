// Of what every charge reads as a whole there is no more than can be read: one too many is refused
// as it is written, in every way there is to write it, and where it stands there nonetheless, the
// next charge says so.
#include "unit/cas/fixture.h"

#include "cas/limits.h"
#include "cas/policies.h"
#include "cas/schedule.h"
#include "cas/tariff.h"
#include "proto/config.pb-c.h"
#include "unit/cas/policies.h"

struct kind {
    const char *kind;
    size_t most;
    const char *refusal;
    const ProtobufCMessage *body;
};

static uint8_t next_key = 10;

// Things of a kind by number, put or removed, as one change.
static bool apply(const struct kind *kind, size_t from, size_t count, bool is_removal, bool is_dry)
{
    Quoin__V1__ApplyThingsRequest request = QUOIN__V1__APPLY_THINGS_REQUEST__INIT;
    struct str packed = cas_pack(&arena, kind->body);
    request.edits = arena_new_array(&arena, count, sizeof(*request.edits));
    for (size_t i = 0; i < count; i++) {
        Quoin__V1__ThingEdit *edit = cas_message(&arena, &quoin__v1__thing_edit__descriptor);
        edit->kind = text_of(kind->kind);
        edit->name = arena_textf(&arena, "n%05zu", from + i);
        edit->remove = is_removal;
        edit->body.data = (uint8_t *)cas_text(&arena, packed);
        edit->body.len = packed.len;
        request.edits[request.n_edits++] = edit;
    }
    request.key = key_of(next_key++);
    request.seen = -1;
    request.dry_run = is_dry;
    return ask(&request.base) != NULL;
}

// As an earlier release had written it.
static bool force(const struct kind *kind, size_t number, bool is_removal)
{
    OWN(config_close) struct config *unbound = NULL;
    const struct config_edit edit = { .kind = str_of(kind->kind),
                                      .name = str_of(arena_textf(&arena, "n%05zu", number)),
                                      .is_removal = is_removal,
                                      .body = cas_pack(&arena, kind->body) };
    struct config_ask change = {
        .edits = &edit, .count = 1, .why = STR("a test"), .asker = STR("admin/one"), .seen = -1
    };
    int64_t made;
    memset(change.key, next_key++, sizeof(change.key));
    return config_open(cas_db(cas), &unbound, &err) && db_begin(cas_db(cas), &err) &&
           config_apply(unbound, &change, &made, &err) && db_commit(cas_db(cas), &err);
}

static void test_one_too_many(const struct kind *kind, size_t there)
{
    size_t room = kind->most - there;
    printf("# %s\n", kind->kind);
    CHECK(!apply(kind, 0, room + 1, false, true) && err.code == ERR_LIMIT);
    CHECK(!apply(kind, 0, room + 1, false, false) && strstr(err.text, kind->refusal) != NULL);
    CHECK(apply(kind, 0, room, false, true) && apply(kind, 0, room, false, false));
    CHECK(!apply(kind, room, 1, false, false) && strstr(err.text, kind->refusal) != NULL);
    CHECK(apply(kind, 0, 3, false, false)); // nothing new
}

static void test_there_nonetheless(const struct kind *kind, size_t there)
{
    static uint8_t key = 200;
    size_t room = kind->most - there;
    const Quoin__V1__Reservation *set = reserve(key, "mary", 1, 0);
    CHECK(set != NULL && give_back((uint8_t)(key + 1), key) != NULL);
    CHECK(force(kind, room, false));
    CHECK(reserve((uint8_t)(key + 2), "mary", 1, 0) == NULL && err.code == ERR_INVALID);
    CHECK(strstr(err.text, kind->refusal) != NULL && strstr(err.text, "remove some") != NULL);
    CHECK(apply(kind, room, 1, true, false));
    CHECK(reserve((uint8_t)(key + 2), "mary", 1, 0) != NULL);
    CHECK(give_back((uint8_t)(key + 3), (uint8_t)(key + 2)) != NULL);
    CHECK(apply(kind, 0, room, true, false));
    key = (uint8_t)(key + 4);
}

static void test_quotas(void)
{
    Quoin__V1__Quota quota = QUOIN__V1__QUOTA__INIT;
    Quoin__V1__SetQuotaRequest one = QUOIN__V1__SET_QUOTA_REQUEST__INIT;
    char *nobody[1] = { text_of("nobody") };
    quota.unit = text_of("pages");
    quota.most = 5;
    quota.period = text_of("month");
    quota.each = text_of("user");
    quota.groups = nobody;
    quota.n_groups = 1;
    const struct kind kind = { "quota", CAS_QUOTAS_MAX, "a site has at most 2000 quotas",
                               &quota.base };
    test_one_too_many(&kind, 0);
    Quoin__V1__Quota more = quota;
    more.name = text_of("zz");
    one.quota = &more;
    one.key = key_of(next_key++);
    CHECK(ask(&one.base) == NULL && strstr(err.text, kind.refusal) != NULL);
    test_there_nonetheless(&kind, 0);
}

static void test_price_books(void)
{
    Quoin__V1__PriceBook book = QUOIN__V1__PRICE_BOOK__INIT;
    char *nobody[1] = { text_of("nobody") };
    book.groups = nobody;
    book.n_groups = 1;
    const struct kind kind = { "price", CAS_BOOKS_MAX, "a site has at most 2000 price books",
                               &book.base };
    test_one_too_many(&kind, 1); // "base" is there
    test_there_nonetheless(&kind, 1);
}

static void test_policies(void)
{
    static uint8_t never[] = "when pages > 9 then deny \"no\"";
    Quoin__V1__PolicySet set = QUOIN__V1__POLICY_SET__INIT;
    set.text = (ProtobufCBinaryData){ sizeof(never) - 1, never };
    const struct kind kind = { "policy", CAS_POLICIES_MAX, "a site has at most 200 policies",
                               &set.base };
    test_one_too_many(&kind, 0);
    CHECK(set_policy(next_key++, "zz", "when pages > 1 then deny \"no\"", NULL, 999) == NULL);
    CHECK(strstr(err.text, kind.refusal) != NULL);
    test_there_nonetheless(&kind, 0);
}

static void test_schedules(void)
{
    Quoin__V1__Schedule schedule = QUOIN__V1__SCHEDULE__INIT;
    Quoin__V1__ScheduleGrant grant_to = QUOIN__V1__SCHEDULE_GRANT__INIT;
    Quoin__V1__SetScheduleRequest one = QUOIN__V1__SET_SCHEDULE_REQUEST__INIT;
    schedule.when = text_of("@daily");
    schedule.task = text_of("grant");
    schedule.grant = &grant_to;
    grant_to.mode = text_of("add");
    grant_to.amount = 100;
    grant_to.all = 1;
    const struct kind kind = { "schedule", CAS_SCHEDULES_MAX, "a site has at most 500 schedules",
                               &schedule.base };
    test_one_too_many(&kind, 0);
    Quoin__V1__Schedule more = schedule;
    more.name = text_of("zz");
    one.schedule = &more;
    one.key = key_of(next_key++);
    CHECK(ask(&one.base) == NULL && strstr(err.text, kind.refusal) != NULL);
}

int main(void)
{
    fixture_begin();
    CHECK(fixture_open());
    CHECK(add_person(250, "mary", 1000000) != NULL);
    test_quotas();
    arena_free(&arena);
    test_price_books();
    arena_free(&arena);
    test_policies();
    arena_free(&arena);
    test_schedules();
    return fixture_end();
}
