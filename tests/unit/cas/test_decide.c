// The rules decide before anything is set aside; what they said and read is kept with the charge,
// and what the engine carried out is not decided again.
#include "unit/cas/fixture.h"

#include "base/clk.h"
#include "unit/cas/policies.h"

struct job {
    uint8_t key;
    uint32_t mono;
    uint32_t color;
    const char *account;
    const char *document;
    uint8_t digest; // 0: none
    const Quoin__V1__Decision *decided;
};

static const Quoin__V1__Reservation *send(const struct job *job)
{
    Quoin__V1__Work work = QUOIN__V1__WORK__INIT;
    Quoin__V1__Decision decided;
    Quoin__V1__ReserveRequest request = QUOIN__V1__RESERVE_REQUEST__INIT;
    uint8_t digest[32];
    memset(digest, job->digest, sizeof(digest));
    work.user = text_of("mary");
    work.queue = text_of("main");
    work.document = text_of(job->document == NULL ? "a secret.pdf" : job->document);
    work.account = text_of(job->account == NULL ? "" : job->account);
    work.classes = classes_of(job->mono, job->color, &work.n_classes);
    work.digest = (ProtobufCBinaryData){ job->digest == 0 ? 0 : sizeof(digest), digest };
    request.key = key_of(job->key);
    request.job = text_of("ipp://h/jobs/1");
    request.work = &work;
    if (job->decided != NULL) {
        decided = *job->decided;
        request.decided = &decided;
    }
    return ask(&request.base);
}

static const char rules[] = "when pages > 50 then deny \"{pages} pages cost {cost}\"\n"
                            "when duplicates(10 minutes) > 0 then hold \"again?\"\n"
                            "when cost > 1 and account = \"\" then ask billing-code\n"
                            "when color then charge ×1.5, notify \"colour\"\n"
                            "when document contains \"draft\" then set color=monochrome\n";

static void test_nothing_is_set_aside_for_what_is_denied(void)
{
    const Quoin__V1__Reservation *set = send(&(struct job){ .key = 20, .mono = 51 });
    CHECK(set != NULL && set->id.len == 0 && strcmp(set->decision->verdict, "deny") == 0);
    CHECK(strcmp(set->decision->text, "51 pages cost 2.55") == 0);
    CHECK(strcmp(set->decision->set, "students") == 0 && set->decision->version > 0);
    CHECK(strcmp(set->decision->rule, "students.rules:1") == 0);
    CHECK(set->decision->n_steps == 1 && set->decision->steps[0]->n_values == 1);
    CHECK(strcmp(set->decision->steps[0]->values[0]->name, "pages") == 0);
    CHECK(strcmp(set->decision->steps[0]->values[0]->value, "51") == 0);
    CHECK(strcmp(set->decision->steps[0]->source,
                 "when pages > 50 then deny \"{pages} pages cost {cost}\"") == 0);
    CHECK(get_person("mary")->reserved == 0);
    set = send(&(struct job){ .key = 20, .mono = 51, .decided = set->decision });
    CHECK(set != NULL && set->id.len == 0); // denied is denied, whoever says it was decided
    CHECK(send(&(struct job){ .key = 20, .mono = 1 })->id.len == 16); // the key was not used up
    CHECK(give_back(21, 20) != NULL);
}

static void test_a_charge_goes_on_at_once(void)
{
    const Quoin__V1__Reservation *set = send(&(struct job){ .key = 30, .color = 1 });
    CHECK(set != NULL && set->id.len == 16 && set->amount == 30000 && set->n_lines == 2);
    CHECK(strcmp(set->lines[1]->rule, "students.rules:4") == 0);
    CHECK(set->lines[1]->amount == 10000);
    CHECK(strcmp(set->decision->verdict, "allow") == 0 && set->decision->n_notices == 1);
    const Quoin__V1__Reservation *again = send(&(struct job){ .key = 30, .color = 1 });
    CHECK(again != NULL && again->decision->charge_parts == 1500000 && again->amount == 30000);
    // The rules of then: what came out costs by the same factor, though they changed meanwhile.
    CHECK(set_policy(31, "students", "when color then charge ×9", "main", 0) != NULL);
    const Quoin__V1__Settlement *done = settle(32, 30, 0, 1);
    CHECK(done != NULL && done->charged == 30000 && done->given_back == 0);
    CHECK(set_policy(33, "students", rules, "main", 0) != NULL);
}

static void test_an_account_is_asked_for(void)
{
    const Quoin__V1__Reservation *set = send(&(struct job){ .key = 40, .mono = 21 });
    CHECK(set != NULL && set->id.len == 0 && set->decision->ask_account);
    CHECK(strcmp(set->decision->verdict, "ask") == 0);
    const Quoin__V1__Decision *decided = set->decision;
    set = send(&(struct job){ .key = 40, .mono = 21, .decided = decided });
    CHECK(set != NULL && set->id.len == 0 && set->decision->ask_account); // none was chosen
}

static void test_what_was_held_goes_on_when_it_is_released(void)
{
    CHECK(send(&(struct job){ .key = 50, .mono = 1, .digest = 7 })->id.len == 16);
    const Quoin__V1__Reservation *set = send(&(struct job){ .key = 51, .mono = 1, .digest = 7 });
    CHECK(set != NULL && set->id.len == 0 && strcmp(set->decision->verdict, "hold") == 0);
    CHECK(strcmp(set->decision->steps[0]->values[0]->name, "duplicates(10 minutes)") == 0);
    CHECK(strcmp(set->decision->steps[0]->values[0]->value, "1") == 0);
    set = send(&(struct job){ .key = 51, .mono = 1, .digest = 7, .decided = set->decision });
    CHECK(set != NULL && set->id.len == 16 && strcmp(set->decision->verdict, "allow") == 0);
    CHECK(strcmp(set->decision->rule, "students.rules:2") == 0); // it is still told
    CHECK(send(&(struct job){ .key = 52, .mono = 1, .digest = 8 })->id.len == 16);
    now += (int64_t)11 * 60 * 1000;
    set = send(&(struct job){ .key = 53, .mono = 1, .digest = 7 });
    CHECK(set != NULL && set->id.len == 16);
    CHECK(give_back(54, 50) != NULL && give_back(55, 51) != NULL && give_back(56, 52) != NULL);
    CHECK(give_back(57, 53) != NULL);
}

static void test_a_change_is_carried_out_first(void)
{
    const struct job job = { .key = 60, .mono = 1, .document = "my draft" };
    const Quoin__V1__Reservation *set = send(&job);
    CHECK(set != NULL && set->id.len == 0 && strcmp(set->decision->verdict, "allow") == 0);
    CHECK(strcmp(set->decision->color_mode, "monochrome") == 0);
    CHECK(set->amount > 0 && set->n_lines > 0); // what it would have cost
    CHECK(strcmp(set->decision->steps[0]->values[0]->value, "(not kept)") == 0);
    struct job then = job;
    then.decided = set->decision;
    set = send(&then);
    CHECK(set != NULL && set->id.len == 16);
    CHECK(strcmp(set->decision->color_mode, "monochrome") == 0);
    set = send(&then); // after a crash of who asked: the same reservation, not the change again
    CHECK(set != NULL && set->id.len == 16);
    CHECK(give_back(61, 60) != NULL);
}

static void test_a_quote_tells_the_decision(void)
{
    Quoin__V1__QuoteRequest request = QUOIN__V1__QUOTE_REQUEST__INIT;
    Quoin__V1__Work work = QUOIN__V1__WORK__INIT;
    request.work = &work;
    work.user = text_of("mary");
    work.queue = text_of("main");
    work.classes = classes_of(0, 1, &work.n_classes);
    const Quoin__V1__QuoteReply *quote = ask(&request.base);
    CHECK(quote != NULL && quote->amount == 30000 && quote->enough);
    CHECK(quote->decision != NULL && quote->decision->charge_parts == 1500000);
    work.document = text_of("draft");
    quote = ask(&request.base);
    CHECK(quote != NULL && quote->enough && quote->decision->color_mode[0] != '\0');
    work.classes = classes_of(51, 0, &work.n_classes);
    quote = ask(&request.base);
    CHECK(quote != NULL && !quote->enough && strcmp(quote->decision->verdict, "deny") == 0);
    work.queue = text_of("other");
    quote = ask(&request.base);
    CHECK(quote != NULL && quote->decision == NULL);
}

static void test_sets_go_by_order_and_queue(void)
{
    CHECK(set_policy(70, "zebra", "when pages = 3 then allow", "ma*", -5) != NULL);
    CHECK(set_policy(71, "apple", "when pages = 3 then deny \"apple\"", NULL, -5) != NULL);
    const Quoin__V1__Reservation *set = send(&(struct job){ .key = 72, .mono = 3 });
    CHECK(set != NULL && strcmp(set->decision->set, "apple") == 0);
    CHECK(set_policy(73, "apple", "when pages = 3 then deny \"apple\"", NULL, -4) != NULL);
    set = send(&(struct job){ .key = 72, .mono = 3 });
    CHECK(set != NULL && set->id.len == 16 && strcmp(set->decision->set, "zebra") == 0);
    CHECK(remove_policy(74, "zebra") != NULL && remove_policy(75, "apple") != NULL);
    CHECK(give_back(76, 72) != NULL);
}

static void test_every_failing_call_undoes_all(void)
{
    int fails = 0;
    for (int nth = 1; nth < 300; nth++) {
        db_fault_at(cas_db(cas), nth, false);
        const Quoin__V1__Reservation *set =
            send(&(struct job){ .key = 80, .mono = 1, .digest = 9 });
        db_fault_at(cas_db(cas), 0, false);
        if (set != NULL) {
            CHECK(set->id.len == 16);
            break;
        }
        fails++;
    }
    CHECK(fails > 5 && get_person("mary")->reserved == 5000);
    CHECK(give_back(81, 80) != NULL);
}

int main(void)
{
    fixture_begin();
    CHECK(fixture_open());
    now = clk_wall_ms() + 60000; // the ledger's own times are never before its first entry
    role = "admin";
    CHECK(add_person(1, "mary", 1000000) != NULL);
    CHECK(set_policy(2, "students", rules, "main", 0) != NULL);
    role = "dre";
    test_nothing_is_set_aside_for_what_is_denied();
    test_a_charge_goes_on_at_once();
    test_an_account_is_asked_for();
    test_what_was_held_goes_on_when_it_is_released();
    test_a_change_is_carried_out_first();
    test_a_quote_tells_the_decision();
    test_sets_go_by_order_and_queue();
    test_every_failing_call_undoes_all();
    return fixture_end();
}
