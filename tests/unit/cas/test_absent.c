// What a configured thing names and is not there is said, and is no error; what the same change
// makes is there; the number of sentences is bounded.
#include "unit/cas/fixture.h"

#include "proto/accounts.pb-c.h"
#include "proto/config.pb-c.h"
#include "proto/payers.pb-c.h"
#include "proto/quota.pb-c.h"

static Quoin__V1__Quota quota_of(const char *name, const char *group)
{
    Quoin__V1__Quota quota = QUOIN__V1__QUOTA__INIT;
    quota.name = text_of(name);
    quota.unit = text_of("pages");
    quota.period = text_of("month");
    quota.each = text_of("user");
    quota.most = 10;
    quota.groups = arena_new_array(&arena, 1, sizeof(char *));
    quota.groups[0] = text_of(group);
    quota.n_groups = group[0] == '\0' ? 0 : 1;
    return quota;
}

static void check_said(char *const *warnings, size_t count, const char *has)
{
    CHECK(count == 1 && strstr(warnings[0], has) != NULL);
    for (size_t i = 0; count != 1 && i < count; i++) {
        printf("# %s\n", warnings[i]);
    }
}

static void test_a_quota_for_nobody(void)
{
    Quoin__V1__SetQuotaRequest request = QUOIN__V1__SET_QUOTA_REQUEST__INIT;
    Quoin__V1__Quota quota = quota_of("bad", "nosuch");
    request.key = key_of(1);
    request.quota = &quota;
    quota.warnings = quota.groups; // a client's own are not kept
    quota.n_warnings = 1;
    const Quoin__V1__Quota *made = ask(&request.base);
    CHECK(made != NULL);
    check_said(made->warnings, made->n_warnings,
               "quota bad: there is no group nosuch yet: this fits nobody");
    Quoin__V1__ListQuotasRequest list = QUOIN__V1__LIST_QUOTAS_REQUEST__INIT;
    const Quoin__V1__ListQuotasReply *listed = ask(&list.base);
    CHECK(listed != NULL && listed->n_quotas == 1 && listed->quotas[0]->n_warnings == 0);
    quota = quota_of("term", "");
    quota.period = text_of("term");
    request.key = key_of(2);
    made = ask(&request.base);
    CHECK(made != NULL);
    check_said(made->warnings, made->n_warnings, "there is no term of the site yet");
    quota = quota_of("good", "");
    quota.users = arena_new_array(&arena, 1, sizeof(char *));
    quota.users[0] = text_of("Mary");
    quota.n_users = 1;
    request.key = key_of(3);
    made = ask(&request.base);
    CHECK(made != NULL && made->n_warnings == 0);
}

static void test_a_schedule_and_a_rule(void)
{
    Quoin__V1__SetScheduleRequest request = QUOIN__V1__SET_SCHEDULE_REQUEST__INIT;
    Quoin__V1__Schedule schedule = QUOIN__V1__SCHEDULE__INIT;
    schedule.name = text_of("r2");
    schedule.when = text_of("@monthly");
    schedule.task = text_of("quota-reset");
    schedule.quota = text_of("nosuchquota");
    request.key = key_of(10);
    request.schedule = &schedule;
    const Quoin__V1__Schedule *made = ask(&request.base);
    CHECK(made != NULL);
    check_said(made->warnings, made->n_warnings, "there is no quota nosuchquota yet");
    Quoin__V1__SetPayerRuleRequest set = QUOIN__V1__SET_PAYER_RULE_REQUEST__INIT;
    Quoin__V1__PayerRule rule = QUOIN__V1__PAYER_RULE__INIT;
    rule.scope = text_of("department:hist");
    rule.pays = text_of("account");
    rule.account = text_of("code:none/1");
    set.key = key_of(11);
    set.rule = &rule;
    const Quoin__V1__PayerRule *ruled = ask(&set.base);
    CHECK(ruled != NULL && ruled->n_warnings == 2);
    CHECK(strstr(ruled->warnings[0], "there is no department hist yet") != NULL);
    CHECK(strstr(ruled->warnings[1], "there is no code none/1 yet") != NULL);
}

static Quoin__V1__ThingEdit *edit_of(const char *kind, const char *name,
                                     const ProtobufCMessage *thing)
{
    Quoin__V1__ThingEdit *edit = arena_new(&arena, sizeof(*edit));
    quoin__v1__thing_edit__init(edit);
    edit->kind = text_of(kind);
    edit->name = text_of(name);
    edit->body.len = protobuf_c_message_get_packed_size(thing);
    edit->body.data = arena_new_array(&arena, edit->body.len + 1, 1);
    (void)protobuf_c_message_pack(thing, edit->body.data);
    return edit;
}

static void test_a_file(void)
{
    Quoin__V1__ApplyThingsRequest request = QUOIN__V1__APPLY_THINGS_REQUEST__INIT;
    Quoin__V1__ThingEdit *edits[50];
    Quoin__V1__Schedule schedule = QUOIN__V1__SCHEDULE__INIT;
    Quoin__V1__QueueThing queue = QUOIN__V1__QUEUE_THING__INIT;
    Quoin__V1__Quota quota = quota_of("", "");
    schedule.when = text_of("@monthly");
    schedule.task = text_of("quota-reset");
    schedule.quota = text_of("q-of-the-file");
    queue.printer = text_of("hall");
    queue.account = text_of("code:none/2");
    edits[0] = edit_of("schedule", "s", &schedule.base);
    edits[1] = edit_of("quota", "q-of-the-file", &quota.base);
    edits[2] = edit_of("queue", "office", &queue.base);
    request.edits = edits;
    request.n_edits = 3;
    request.seen = -1;
    request.dry_run = true;
    request.key = key_of(20);
    const Quoin__V1__ApplyThingsReply *reply = ask(&request.base);
    CHECK(reply != NULL && reply->n_edits == 3);
    check_said(reply->warnings, reply->n_warnings, "queue office: there is no code none/2 yet");
    for (size_t i = 0; i < 50; i++) {
        quota = quota_of("", "nosuch");
        edits[i] = edit_of("quota", arena_textf(&arena, "q%zu", i), &quota.base);
    }
    request.n_edits = 50;
    request.dry_run = false;
    request.key = key_of(21);
    reply = ask(&request.base);
    CHECK(reply != NULL && reply->n_warnings == 20);
    CHECK(reply != NULL &&
          strcmp(reply->warnings[19], "31 more are named that are not there") == 0);
    const Quoin__V1__ApplyThingsReply *again = ask(&request.base); // the same key
    CHECK(again != NULL && again->n_warnings == 20);
}

// A quota goes by the names of now: one of before would limit nobody, and is there.
static void test_a_name_of_before(void)
{
    Quoin__V1__RenamePersonRequest rename = QUOIN__V1__RENAME_PERSON_REQUEST__INIT;
    Quoin__V1__SetQuotaRequest request = QUOIN__V1__SET_QUOTA_REQUEST__INIT;
    Quoin__V1__Quota quota = quota_of("before", "");
    CHECK(add_person(150, "anna", 0) != NULL);
    rename.key = key_of(151);
    rename.name = text_of("anna");
    rename.to = text_of("anne");
    CHECK(ask(&rename.base) != NULL);
    quota.users = arena_new_array(&arena, 1, sizeof(char *));
    quota.users[0] = text_of("Anna");
    quota.n_users = 1;
    request.key = key_of(152);
    request.quota = &quota;
    const Quoin__V1__Quota *made = ask(&request.base);
    CHECK(made != NULL);
    check_said(made->warnings, made->n_warnings,
               "quota before: the user anna is called anne now: this fits nobody");
    quota.users[0] = text_of("Anne");
    request.key = key_of(153);
    made = ask(&request.base);
    CHECK(made != NULL && made->n_warnings == 0);
}

int main(void)
{
    fixture_begin();
    CHECK(fixture_open() && add_person(90, "mary", 100000) != NULL);
    test_a_quota_for_nobody();
    test_a_schedule_and_a_rule();
    test_a_file();
    test_a_name_of_before();
    return fixture_end();
}
