// A set that is tried tells what it would have done to what was charged, and changes nothing.
#include "unit/cas/fixture.h"

#include "base/clk.h"
#include "cas/walks.h"
#include "unit/cas/policies.h"

static Quoin__V1__TryPolicyReply last;
static int parts;

static void each(void *arg, const ProtobufCMessage *part)
{
    (void)arg;
    last = *(const Quoin__V1__TryPolicyReply *)part;
    parts++;
}

// The last part is read while the walk's memory is still there.
static void each_people(void *arg, const ProtobufCMessage *part)
{
    const Quoin__V1__TryPolicyReply *reply = (const Quoin__V1__TryPolicyReply *)part;
    each(arg, part);
    if (reply->done) {
        CHECK(reply->n_persons == 1 && strcmp(reply->persons[0]->name, "mary") == 0);
        CHECK(reply->persons[0]->works == 2 && reply->persons[0]->amount == 30000);
        CHECK(reply->n_rules == 2 && reply->rules[0]->met == 1 && reply->rules[1]->met == 1);
        CHECK(strcmp(reply->rules[0]->rule, "dry-run.rules:1") == 0);
    }
}

static bool try_it(const char *text, const char *queue, int64_t since,
                   void (*told)(void *arg, const ProtobufCMessage *part))
{
    Quoin__V1__TryPolicyRequest request = QUOIN__V1__TRY_POLICY_REQUEST__INIT;
    struct cas_turn turn = { .arena = &arena, .role = "admin", .host = "one", .now = now + 1 };
    char *queues[1] = { text_of(queue == NULL ? "" : queue) };
    request.text.data = (uint8_t *)text_of(text);
    request.text.len = strlen(text);
    request.queues = queues;
    request.n_queues = queue == NULL ? 0 : 1;
    request.since = since;
    parts = 0;
    memset(&err, 0, sizeof(err));
    bool ok =
        db_begin(cas_db(cas), &err) && cas_walk_run(cas, &turn, &request.base, told, NULL, &err);
    db_rollback(cas_db(cas));
    return ok;
}

int main(void)
{
    fixture_begin();
    CHECK(fixture_open());
    now = clk_wall_ms() + 60000;
    role = "admin";
    CHECK(add_person(1, "mary", 1000000) != NULL && add_person(2, "tom", 1000000) != NULL);
    role = "dre";
    CHECK(reserve(10, "mary", 4, 0) != NULL && settle(11, 10, 4, 0) != NULL);
    CHECK(reserve(12, "mary", 2, 0) != NULL && settle(13, 12, 2, 0) != NULL);
    CHECK(reserve(14, "tom", 1, 0) != NULL && settle(15, 14, 1, 0) != NULL);
    CHECK(reserve(16, "tom", 9, 0) != NULL && give_back(17, 16) != NULL); // never printed
    static const char rules[] = "when pages > 3 then deny \"x\"\nwhen pages = 2 then charge ×1.5";
    CHECK(try_it(rules, NULL, 0, each_people));
    CHECK(last.done && last.tried == 3 && last.denied == 1 && last.saved == 20000);
    CHECK(last.denied_pages == 4 && last.charged_otherwise == 1 && last.more_charged == 5000);
    CHECK(last.people == 1 && last.read == 4 && parts >= 1);
    CHECK(try_it(rules, "ma*", 0, each) && last.tried == 3);
    CHECK(try_it(rules, "other", 0, each) && last.tried == 0 && last.people == 0);
    CHECK(try_it(rules, NULL, now + 1000000, each) && last.read == 0 && last.done);
    CHECK(try_it("when cost > 0.10 then deny \"x\"", NULL, 0, each) && last.denied == 1);
    CHECK(try_it("when jobs_today > 0 then hold", NULL, 0, each) && last.held == 1);
    CHECK(!try_it("when pages then allow", NULL, 0, each) && err.code == ERR_INVALID);
    CHECK(get_person("mary")->balance == 970000);
    // What a policy in force multiplied is not multiplied again: 0.10 became 0.20.
    role = "admin";
    CHECK(set_policy(50, "double", "when pages = 2 then charge ×2", NULL, 1) != NULL);
    now += 1000;
    role = "dre";
    CHECK(reserve(51, "mary", 2, 0) != NULL && settle(52, 51, 2, 0)->charged == 20000);
    CHECK(try_it("when pages = 2 then charge ×2", NULL, 0, each) && last.tried == 4);
    CHECK(last.charged_otherwise == 1 && last.more_charged == 10000); // of the job of before
    CHECK(try_it("when pages = 2 then charge ×3", NULL, 0, each));
    CHECK(last.charged_otherwise == 2 && last.more_charged == 30000);
    CHECK(try_it("when pages = 2 then deny \"x\"", NULL, 0, each) && last.saved == 30000);
    return fixture_end();
}
