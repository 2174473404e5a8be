// cli/cmd_policy_try: what a rule file would have done to the jobs of the past.
// no unit test: needs running engines; tests/it/test_policy.py runs the command
#include "cli/ask.h"
#include "cli/cmd.h"
#include "cli/out.h"
#include "cli/policy.h"
#include "cli/value.h"
#include "proto/policy.pb-c.h"

enum { QUEUES_MAX = 64, PEOPLE_SHOWN = 20 };

// The last part is only borrowed for the call that brings it: what is shown is written there.
struct trying {
    struct cli *cli;
    bool done;
};

static const struct counted {
    const char *key;
    const char *words;
    size_t at;
} counts[] = {
#define COUNTED(member, words)                                                                     \
    {                                                                                              \
#member, words, offsetof(Quoin__V1__TryPolicyReply, member)                                \
    }
    COUNTED(tried, "jobs were printed and charged"),
    COUNTED(denied, "would have been denied"),
    COUNTED(held, "would have been held"),
    COUNTED(asked, "would have been asked for a billing code"),
    COUNTED(routed, "would have gone to another printer"),
    COUNTED(sides_set, "would have been set to other sides"),
    COUNTED(color_set, "would have been set to monochrome"),
    COUNTED(charged_otherwise, "would have been charged otherwise"),
    COUNTED(noticed, "would have brought a notice"),
#undef COUNTED
};
enum { COUNTS = sizeof(counts) / sizeof(counts[0]) };

static int64_t count_of(const Quoin__V1__TryPolicyReply *reply, size_t i)
{
    int64_t count;
    memcpy(&count, (const char *)reply + counts[i].at, sizeof(count));
    return count;
}

static void tell_json(struct cli *cli, const Quoin__V1__TryPolicyReply *reply)
{
    struct json json = json_to(&cli->out);
    json_object(&json);
    for (size_t i = 0; i < COUNTS; i++) {
        json_int_field(&json, counts[i].key, count_of(reply, i));
    }
    json_int_field(&json, "denied_pages", reply->denied_pages);
    cli_json_money(&json, "saved", reply->saved);
    cli_json_money(&json, "more_charged", reply->more_charged);
    json_int_field(&json, "people", reply->people);
    json_key(&json, "persons");
    json_array(&json);
    for (size_t i = 0; i < reply->n_persons; i++) {
        json_object(&json);
        json_text_field(&json, "name", reply->persons[i]->name);
        json_int_field(&json, "jobs", reply->persons[i]->works);
        cli_json_money(&json, "charged", reply->persons[i]->amount);
        json_end(&json);
    }
    json_end(&json);
    json_key(&json, "rules");
    json_array(&json);
    for (size_t i = 0; i < reply->n_rules; i++) {
        json_object(&json);
        json_text_field(&json, "rule", reply->rules[i]->rule);
        json_text_field(&json, "source", reply->rules[i]->source);
        json_int_field(&json, "met", reply->rules[i]->met);
        json_end(&json);
    }
    json_end(&json);
    json_end(&json);
    buf_addf(&cli->out, "\n");
}

static void tell_tables(struct cli *cli, const Quoin__V1__TryPolicyReply *reply)
{
    static const struct cli_column people[] = {
        { .title = "PERSON" },
        { .title = "JOBS", .right = true },
        { .title = "CHARGED THEN", .right = true },
        { .title = NULL },
    };
    static const struct cli_column rules[] = {
        { .title = "MET", .right = true },
        { .title = "RULE" },
        { .title = "", .gives = true },
        { .title = NULL },
    };
    struct cli_table who = cli_table_of(cli, people);
    struct cli_table which = cli_table_of(cli, rules);
    for (size_t i = 0; i < reply->n_persons && i < PEOPLE_SHOWN; i++) {
        const Quoin__V1__TriedPerson *person = reply->persons[i];
        cli_table_row(&who, (const char *const[]){ person->name, cli_number(cli, person->works),
                                                   cli_money(cli, person->amount) });
    }
    for (size_t i = 0; i < reply->n_rules; i++) {
        const Quoin__V1__TriedRule *rule = reply->rules[i];
        cli_table_row(
            &which, (const char *const[]){ cli_number(cli, rule->met), rule->rule, rule->source });
    }
    if (reply->n_persons > 0) {
        buf_addf(&cli->out, "\n");
        cli_table_print(&who, "");
    }
    buf_addf(&cli->out, "\n");
    cli_table_print(&which, "The file has no rules.");
}

static void tell(struct cli *cli, const Quoin__V1__TryPolicyReply *reply)
{
    for (size_t i = 0; i < COUNTS; i++) {
        int64_t count = count_of(reply, i);
        if (i < 2 || count > 0) {
            buf_addf(&cli->out, "%10s %s\n", cli_number(cli, count), counts[i].words);
        }
    }
    buf_addf(&cli->out,
             "\nThe denied jobs had %lld pages and cost %s, which would have been saved.\n",
             (long long)reply->denied_pages, cli_money_whole(cli, reply->saved));
    if (reply->more_charged != 0) {
        buf_addf(&cli->out, "The others would have been charged %s %s.\n",
                 cli_money_whole(cli, reply->more_charged < 0 ? -reply->more_charged
                                                              : reply->more_charged),
                 reply->more_charged < 0 ? "less" : "more");
    }
    buf_addf(&cli->out, "%lld %s would have noticed.\n", (long long)reply->people,
             reply->people == 1 ? "person" : "people");
    tell_tables(cli, reply);
}

static void on_part(void *arg, const ProtobufCMessage *message)
{
    struct trying *trying = arg;
    struct cli *cli = trying->cli;
    const Quoin__V1__TryPolicyReply *reply = (const Quoin__V1__TryPolicyReply *)message;
    if (!reply->done) {
        int64_t all = reply->read + reply->left;
        cli_progress(cli, "tried on %lld of about %lld jobs (%d %%)", (long long)reply->read,
                     (long long)all, all > 0 ? (int)(100 * reply->read / all) : 100);
        return;
    }
    trying->done = true;
    if (cli->json) {
        tell_json(cli, reply);
    } else {
        tell(cli, reply);
    }
}

static bool read_queues(struct cli *cli, Quoin__V1__TryPolicyRequest *request, struct err *err)
{
    const char *value = cli_value(cli, "queue");
    request->queues = arena_new_array(&cli->arena, QUEUES_MAX, sizeof(*request->queues));
    while (value != NULL && *value != '\0') {
        size_t len = strcspn(value, ",");
        if (request->n_queues == QUEUES_MAX) {
            return err_set(err, ERR_INVALID, "--queue takes at most %d names; use patterns with *",
                           QUEUES_MAX);
        }
        request->queues[request->n_queues++] = arena_text(&cli->arena, (struct str){ value, len });
        value += len + (value[len] == ',' ? 1 : 0);
    }
    return true;
}

bool cli_policy_try(struct cli *cli, struct err *err)
{
    Quoin__V1__TryPolicyRequest request = QUOIN__V1__TRY_POLICY_REQUEST__INIT;
    const char *since = cli_value(cli, "since");
    const char *until = cli_value(cli, "until");
    struct trying trying = { .cli = cli };
    struct cli_rules rules;
    if (!cli_rules_read(cli, cli->arguments[0], &rules, err) ||
        !cli_rules_compile(cli, &rules, err) || !read_queues(cli, &request, err) ||
        (since != NULL && !cli_read_time(since, "--since", &request.since, err)) ||
        (until != NULL && !cli_read_time(until, "--until", &request.until, err))) {
        return false;
    }
    request.text.data = (uint8_t *)cli_field(rules.text.ptr);
    request.text.len = rules.text.len;
    request.file = cli_field(rules.file);
    bool asked = cli_ask_parts(cli, ENGINE_CAS, "/quoin.v1.Policies/TryPolicy", &request.base,
                               on_part, &trying, err);
    cli_progress_end(cli);
    return asked &&
           (trying.done || err_set(err, ERR_INTERNAL, "the cas engine ended without an answer"));
}
