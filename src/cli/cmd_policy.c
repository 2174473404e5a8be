// cli/cmd_policy: the rule sets of the site: set, shown, compared, taken back, removed.
// no unit test: needs running engines; tests/it/test_policy.py runs the commands
#include "base/num.h"
#include "cli/ask.h"
#include "cli/cmd.h"
#include "cli/diff.h"
#include "cli/out.h"
#include "cli/policy.h"
#include "cli/value.h"
#include "proto/policy.pb-c.h"

enum { QUEUES_MAX = 64, PAGE = 100, ORDER_MOST = 1000000 };

static struct str text_of(const Quoin__V1__PolicySet *set)
{
    return (struct str){ set->text.len == 0 ? "" : (const char *)set->text.data, set->text.len };
}

static const char *queues_text(struct cli *cli, const Quoin__V1__PolicySet *set)
{
    OWN(buf_free) struct buf names = BUF_CAP(1 << 16);
    for (size_t i = 0; i < set->n_queues; i++) {
        buf_addf(&names, "%s%s", i == 0 ? "" : ",", set->queues[i]);
    }
    return set->n_queues == 0 ? "(all)" : arena_text(&cli->arena, buf_str(&names));
}

// ---- shown -------------------------------------------------------------------------------------

static void set_json(struct json *json, const Quoin__V1__PolicySet *set, bool with_text)
{
    json_object(json);
    json_text_field(json, "name", set->name);
    json_int_field(json, "version", set->version);
    json_text_field(json, "file", set->file);
    json_int_field(json, "order", set->order);
    json_key(json, "queues");
    json_array(json);
    for (size_t i = 0; i < set->n_queues; i++) {
        json_str(json, str_of(set->queues[i]));
    }
    json_end(json);
    json_int_field(json, "rules", set->rules);
    json_int_field(json, "examples", set->examples);
    json_bool_field(json, "removed", set->is_removed != 0);
    cli_json_time(json, "set_at", set->set_at);
    json_text_field(json, "set_by", set->set_by);
    json_text_field(json, "why", set->why);
    if (with_text) {
        json_key(json, "text");
        json_str(json, text_of(set));
    }
    json_end(json);
}

static void set_show(struct cli *cli, const Quoin__V1__PolicySet *set, bool with_text)
{
    if (cli->json) {
        struct json json = json_to(&cli->out);
        set_json(&json, set, with_text);
        buf_addf(&cli->out, "\n");
        return;
    }
    cli_line(cli, "Policy", "%s", set->name);
    cli_line(cli, "Version", "%u%s", set->version, set->is_removed ? " (removed)" : "");
    cli_line(cli, "Queues", "%s", queues_text(cli, set));
    cli_line(cli, "Order", "%d", (int)set->order);
    cli_line(cli, "Rules", "%u, with %u examples", set->rules, set->examples);
    cli_line(cli, "Set", "%s UTC by %s: %s", cli_time(cli, set->set_at), set->set_by, set->why);
    if (with_text) {
        buf_addf(&cli->out, "\n");
        buf_add(&cli->out, text_of(set));
    }
}

static bool get_set(struct cli *cli, const char *name, uint32_t version,
                    const Quoin__V1__PolicySet **set, struct err *err)
{
    Quoin__V1__GetPolicyRequest request = QUOIN__V1__GET_POLICY_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    request.name = cli_field(name);
    request.version = version;
    if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Policies/GetPolicy", &request.base, &reply, err)) {
        return false;
    }
    *set = (const Quoin__V1__PolicySet *)reply;
    return true;
}

bool cli_policy_show(struct cli *cli, struct err *err)
{
    const Quoin__V1__PolicySet *set = NULL;
    uint64_t version;
    if (!cli_number_of(cli, "version", UINT32_MAX, 0, &version, err) ||
        !get_set(cli, cli->arguments[0], (uint32_t)version, &set, err)) {
        return false;
    }
    set_show(cli, set, true);
    return true;
}

// ---- listed ------------------------------------------------------------------------------------

static const struct cli_column list_columns[] = {
    { .title = "ORDER", .right = true },   { .title = "POLICY" },
    { .title = "QUEUES", .gives = true },  { .title = "RULES", .right = true },
    { .title = "VERSION", .right = true }, { .title = "SET (UTC)" },
    { .title = "BY", .gives = true },      { .title = NULL },
};

static void list_rows(struct cli *cli, struct cli_table *table, struct json *json,
                      Quoin__V1__PolicySet *const *sets, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const Quoin__V1__PolicySet *set = sets[i];
        if (cli->json) {
            set_json(json, set, false);
        } else {
            cli_table_row(table, (const char *const[]){
                                     cli_number(cli, set->order), set->name, queues_text(cli, set),
                                     cli_number(cli, set->rules), cli_number(cli, set->version),
                                     cli_time(cli, set->set_at), set->set_by });
        }
    }
}

bool cli_policy_list(struct cli *cli, struct err *err)
{
    struct cli_table table = cli_table_of(cli, list_columns);
    struct json json = json_to(&cli->out);
    const Quoin__V1__ListPoliciesReply *page = NULL;
    const char *after = "";
    if (cli->json) {
        json_array(&json);
    }
    do {
        Quoin__V1__ListPoliciesRequest request = QUOIN__V1__LIST_POLICIES_REQUEST__INIT;
        const ProtobufCMessage *reply = NULL;
        request.after = cli_field(after);
        request.limit = PAGE;
        if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Policies/ListPolicies", &request.base, &reply,
                     err)) {
            return false;
        }
        page = (const Quoin__V1__ListPoliciesReply *)reply;
        list_rows(cli, &table, &json, page->sets, page->n_sets);
        after = page->n_sets > 0 ? page->sets[page->n_sets - 1]->name : after;
    } while (page->more && page->n_sets > 0);
    if (cli->json) {
        json_end(&json);
        buf_addf(&cli->out, "\n");
    } else {
        cli_table_print(&table, "No policy is set: every job is allowed.");
    }
    return true;
}

bool cli_policy_history(struct cli *cli, struct err *err)
{
    static const struct cli_column columns[] = {
        { .title = "VERSION", .right = true }, { .title = "SET (UTC)" },
        { .title = "BY", .gives = true },      { .title = "RULES", .right = true },
        { .title = "WHY", .gives = true },     { .title = NULL },
    };
    struct cli_table table = cli_table_of(cli, columns);
    struct json json = json_to(&cli->out);
    const Quoin__V1__PolicyHistoryReply *page = NULL;
    uint32_t before = 0;
    if (cli->json) {
        json_array(&json);
    }
    do {
        Quoin__V1__PolicyHistoryRequest request = QUOIN__V1__POLICY_HISTORY_REQUEST__INIT;
        const ProtobufCMessage *reply = NULL;
        request.name = cli->arguments[0];
        request.before = before;
        if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Policies/PolicyHistory", &request.base, &reply,
                     err)) {
            return false;
        }
        page = (const Quoin__V1__PolicyHistoryReply *)reply;
        for (size_t i = 0; i < page->n_sets; i++) {
            const Quoin__V1__PolicySet *set = page->sets[i];
            before = set->version;
            if (cli->json) {
                set_json(&json, set, false);
            } else {
                cli_table_row(&table,
                              (const char *const[]){
                                  cli_number(cli, set->version), cli_time(cli, set->set_at),
                                  set->set_by, set->is_removed ? "-" : cli_number(cli, set->rules),
                                  set->why });
            }
        }
    } while (page->more && page->n_sets > 0);
    if (cli->json) {
        json_end(&json);
        buf_addf(&cli->out, "\n");
    } else {
        cli_table_print(&table, "It has no history.");
    }
    return true;
}

// ---- compared ----------------------------------------------------------------------------------

static bool diff_show(struct cli *cli, const char *name, struct str old, struct str new)
{
    OWN(buf_free) struct buf lines = BUF_CAP(4 << 20);
    bool differs = cli_diff_add(&lines, &cli->arena, old, new);
    if (cli->json) {
        struct json json = json_to(&cli->out);
        json_object(&json);
        json_text_field(&json, "name", name);
        json_bool_field(&json, "differs", differs);
        json_key(&json, "diff");
        json_str(&json, buf_str(&lines));
        json_end(&json);
        buf_addf(&cli->out, "\n");
    } else if (differs) {
        buf_add(&cli->out, buf_str(&lines));
    } else {
        buf_addf(&cli->out, "They are the same.\n");
    }
    return differs;
}

bool cli_policy_diff(struct cli *cli, struct err *err)
{
    const Quoin__V1__PolicySet *from = NULL;
    const Quoin__V1__PolicySet *to = NULL;
    struct cli_rules rules = { .text = STR("") };
    const char *name = cli->arguments[0];
    uint64_t from_version;
    uint64_t to_version;
    if (!cli_number_of(cli, "from", UINT32_MAX, 0, &from_version, err) ||
        !cli_number_of(cli, "to", UINT32_MAX, 0, &to_version, err) ||
        !get_set(cli, name, (uint32_t)from_version, &from, err)) {
        return false;
    }
    if (cli->argument_count == 2) {
        if (to_version != 0) {
            return err_set(err, ERR_INVALID, "compare with FILE or with --to, not both");
        }
        if (!cli_rules_read(cli, cli->arguments[1], &rules, err)) {
            return false;
        }
    } else {
        if (!get_set(cli, name, (uint32_t)to_version, &to, err)) {
            return false;
        }
        rules.text = text_of(to);
    }
    (void)diff_show(cli, name, text_of(from), rules.text); // to differ is no error
    return true;
}

// ---- changed -----------------------------------------------------------------------------------

// "a,b*" to the request's queues.
static bool read_queues(struct cli *cli, Quoin__V1__PolicySet *set, struct err *err)
{
    const char *value = cli_value(cli, "queue");
    set->queues = arena_new_array(&cli->arena, QUEUES_MAX, sizeof(*set->queues));
    while (value != NULL && *value != '\0') {
        size_t len = strcspn(value, ",");
        if (set->n_queues == QUEUES_MAX) {
            return err_set(err, ERR_INVALID, "--queue takes at most %d names; use patterns with *",
                           QUEUES_MAX);
        }
        set->queues[set->n_queues++] = arena_text(&cli->arena, (struct str){ value, len });
        value += len + (value[len] == ',' ? 1 : 0);
    }
    return true;
}

static bool read_order(struct cli *cli, int32_t *order, struct err *err)
{
    const char *value = cli_value(cli, "order");
    int64_t number = 0;
    if (value != NULL && !num_i64(str_of(value), -ORDER_MOST, ORDER_MOST, &number)) {
        return err_set(err, ERR_INVALID, "--order is a whole number, -%d to %d", ORDER_MOST,
                       ORDER_MOST);
    }
    *order = (int32_t)number;
    return true;
}

// What is in force now; no such policy is no error.
static bool get_now(struct cli *cli, const char *name, const Quoin__V1__PolicySet **set,
                    struct err *err)
{
    struct err missing = { 0 };
    *set = NULL;
    if (get_set(cli, name, 0, set, &missing) || missing.code == ERR_NOT_FOUND) {
        return true;
    }
    *err = missing;
    return false;
}

static bool set_dry(struct cli *cli, const Quoin__V1__PolicySet *set, const struct cli_rules *rules,
                    struct err *err)
{
    const Quoin__V1__PolicySet *now;
    if (!get_now(cli, set->name, &now, err)) {
        return false;
    }
    if (!cli->json) {
        cli_say(cli, CLI_BOLD, "Would be set (nothing was done):\n");
        cli_line(cli, "Queues", "%s", queues_text(cli, set));
        cli_line(cli, "Order", "%d", (int)set->order);
        cli_line(cli, "Rules", "%zu, with %zu examples, which all come out", rules->set.rule_count,
                 rules->set.example_count);
    }
    (void)diff_show(cli, set->name, now == NULL ? STR("") : text_of(now), rules->text);
    return true;
}

bool cli_policy_set(struct cli *cli, struct err *err)
{
    Quoin__V1__SetPolicyRequest request = QUOIN__V1__SET_POLICY_REQUEST__INIT;
    Quoin__V1__PolicySet set = QUOIN__V1__POLICY_SET__INIT;
    const ProtobufCMessage *reply = NULL;
    const char *why = cli_value(cli, "why");
    struct cli_rules rules;
    size_t failed;
    // Checked here first: the place of an error is then shown as quickly as by policy check.
    if (!cli_rules_read(cli, cli->arguments[1], &rules, err) ||
        !cli_rules_compile(cli, &rules, err) || !policy_examples_run(&rules.set, &failed, err) ||
        !read_queues(cli, &set, err) || !read_order(cli, &set.order, err)) {
        return false;
    }
    set.name = cli->arguments[0];
    set.file = cli_field(rules.file);
    set.text.data = (uint8_t *)cli_field(rules.text.ptr);
    set.text.len = rules.text.len;
    if (cli_value(cli, "dry-run") != NULL) {
        return set_dry(cli, &set, &rules, err);
    }
    request.key = cli_key(cli);
    request.set = &set;
    request.why = cli_field(why == NULL ? "" : why);
    if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Policies/SetPolicy", &request.base, &reply, err)) {
        return false;
    }
    set_show(cli, (const Quoin__V1__PolicySet *)reply, false);
    return true;
}

static bool rollback_dry(struct cli *cli, const char *name, uint32_t to, struct err *err)
{
    Quoin__V1__PolicyHistoryRequest request = QUOIN__V1__POLICY_HISTORY_REQUEST__INIT;
    const Quoin__V1__PolicySet *now;
    const Quoin__V1__PolicySet *then = NULL;
    const ProtobufCMessage *reply = NULL;
    request.name = cli_field(name);
    request.limit = 2;
    if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Policies/PolicyHistory", &request.base, &reply, err)) {
        return false;
    }
    const Quoin__V1__PolicyHistoryReply *past = (const Quoin__V1__PolicyHistoryReply *)reply;
    if (to == 0 && past->n_sets == 2 && !past->sets[1]->is_removed) {
        to = past->sets[1]->version;
    }
    if (!get_now(cli, name, &now, err) || (to != 0 && !get_set(cli, name, to, &then, err))) {
        return false;
    }
    cli_say(cli, CLI_BOLD, cli->json ? "" : "Would change (nothing was done):\n");
    (void)diff_show(cli, name, now == NULL ? STR("") : text_of(now),
                    then == NULL ? STR("") : text_of(then));
    return true;
}

bool cli_policy_rollback(struct cli *cli, struct err *err)
{
    Quoin__V1__RollbackPolicyRequest request = QUOIN__V1__ROLLBACK_POLICY_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    const char *why = cli_value(cli, "why");
    uint64_t to;
    if (!cli_number_of(cli, "to", UINT32_MAX, 0, &to, err)) {
        return false;
    }
    if (cli_value(cli, "dry-run") != NULL) {
        return rollback_dry(cli, cli->arguments[0], (uint32_t)to, err);
    }
    request.key = cli_key(cli);
    request.name = cli->arguments[0];
    request.to = (uint32_t)to;
    request.why = cli_field(why == NULL ? "" : why);
    if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Policies/RollbackPolicy", &request.base, &reply,
                 err)) {
        return false;
    }
    set_show(cli, (const Quoin__V1__PolicySet *)reply, false);
    return true;
}

bool cli_policy_remove(struct cli *cli, struct err *err)
{
    Quoin__V1__RemovePolicyRequest request = QUOIN__V1__REMOVE_POLICY_REQUEST__INIT;
    const Quoin__V1__PolicySet *set = NULL;
    const ProtobufCMessage *reply = NULL;
    const char *why = cli_value(cli, "why");
    if (cli_value(cli, "dry-run") != NULL) {
        if (!get_set(cli, cli->arguments[0], 0, &set, err)) {
            return false;
        }
        cli_say(cli, CLI_BOLD, cli->json ? "" : "Would be removed (nothing was done):\n");
        set_show(cli, set, false);
        return true;
    }
    request.key = cli_key(cli);
    request.name = cli->arguments[0];
    request.why = cli_field(why == NULL ? "" : why);
    if (!cli_ask(cli, ENGINE_CAS, "/quoin.v1.Policies/RemovePolicy", &request.base, &reply, err)) {
        return false;
    }
    set_show(cli, (const Quoin__V1__PolicySet *)reply, false);
    return true;
}
